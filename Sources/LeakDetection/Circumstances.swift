// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Runtimes

/// What is known of a space that makes it harder to call something of it a leak.
struct Circumstances: Equatable, Sendable {
  /// Frees may have been missed.
  var lostEvents = false
  /// How patient the collector that frees its memory makes us; nil where none does.
  var collectorPatience: UInt64?
  var hasGoHeap = false
}

extension Circumstances {
  init(_ space: Space, _ ledger: Ledger) {
    self.init(
      lostEvents: space.everLostEvents, collectorPatience: space.collector(ledger)?.patience,
      hasGoHeap: space.accounts.hasGoHeap)
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
