// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// The last events of one space. They become words only when they are shown, so a storm costs a copy each.
struct RecentEvents {
  private static let most = 200

  private var entries: [(event: MappingEvent, change: LedgerChange)] = []
  private var next = 0

  init() { entries.reserveCapacity(Self.most) }

  mutating func add(_ event: MappingEvent, _ change: LedgerChange) {
    if case .none = change.effect { return }
    if entries.count < Self.most {
      entries.append((event, change))
    } else {
      entries[next] = (event, change)
      next = (next + 1) % Self.most
    }
  }

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    next = 0
  }

  var newestFirst: [(event: MappingEvent, change: LedgerChange)] {
    (entries[next...] + entries[..<next]).reversed()
  }
}
