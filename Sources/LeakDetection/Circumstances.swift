// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Programs whose memory a collector manages, and threads of theirs, by the kernel's names.
private let collectors: Set<String> = [
  "java", "node", "dotnet", "mono", "ruby", "beam.smp", "scala", "clojure", "deno", "bun",
  "VM Thread", ".NET Finalizer",
]

extension Circumstances {
  init(_ space: Space, _ ledger: Ledger) {
    self.init(
      lostEvents: space.everLostEvents, isCollected: space.isCollected(ledger),
      hasGoHeap: space.accounts.hasGoHeap)
  }
}

extension Space {
  /// Whether a collector frees what it maps. Programs give themselves names, as node does by
  /// process.title; their threads keep those that they began with.
  func isCollected(_ ledger: Ledger) -> Bool {
    guard let process = processes.first.flatMap({ ledger.processes[$0] }) else { return false }
    return collectors.contains(process.name.text)
      || process.threads.prefix(32).contains { thread in
        ledger.threads[thread].map { collectors.contains($0.name.text) } == true
      }
  }
}
