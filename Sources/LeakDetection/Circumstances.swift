// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Runtimes

/// What is known of a space that makes it harder to call something of it a leak.
///
/// A class, because a collector is found by the names of threads: that is asked once, and only where
/// something grows.
final class Circumstances {
  /// Frees may have been missed.
  let lostEvents: Bool
  let hasGoHeap: Bool
  private let findCollector: () -> UInt64?
  private var foundCollector: UInt64??

  init(
    lostEvents: Bool = false, hasGoHeap: Bool = false,
    collector: @escaping @autoclosure () -> UInt64? = nil
  ) {
    self.lostEvents = lostEvents
    self.hasGoHeap = hasGoHeap
    findCollector = collector
  }

  /// How patient the collector that frees the memory makes us; nil where none does.
  func collectorPatience() -> UInt64? {
    if let foundCollector { return foundCollector }
    let found = findCollector()
    foundCollector = .some(found)
    return found
  }
}

extension Circumstances {
  convenience init(_ space: Space, _ ledger: Ledger) {
    self.init(
      lostEvents: space.everLostEvents, hasGoHeap: space.accounts.hasGoHeap,
      collector: space.collector(ledger)?.patience)
  }
}

extension Space {
  /// The collector that frees what this space maps, known by names. Programs give themselves names, as
  /// node does by process.title; their threads keep those that they began with.
  func collector(_ ledger: Ledger) -> CollectorProfile? {
    guard let process = processes.first.flatMap({ ledger.processes[$0] }) else { return nil }
    if let known = CollectorProfile.named(process.name.text) { return known }
    for thread in process.threads.prefix(32) {
      if let name = ledger.threads[thread]?.name.text,
        let known = CollectorProfile.named(name)
      {
        return known
      }
    }
    return nil
  }
}
