// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Memory of one kind behind one call path.
struct OriginTally: Sendable {
  private(set) var live = ProfileSample.Amount()
  private(set) var leaked = ProfileSample.Amount()
  /// What calls mapped while it was watched; nil where no account has it.
  private(set) var mapped: ProfileSample.Amount?
  private(set) var origins: Set<Origin> = []
  private var births: [(when: KernelInstant, piece: ProfileSample.Amount)] = []
  private var calls: Set<UInt64> = []
  private var leakedCalls: Set<UInt64> = []

  /// The pieces that one call mapped count once. Each piece from before tracing counts, because nobody
  /// knows which call made it.
  mutating func take(
    _ bytes: UInt64, of mapping: LiveMapping, _ origin: Origin, isLeaked: Bool
  ) {
    origins.insert(origin)
    let count = mapping.born == nil || calls.insert(mapping.origin).inserted ? 1 : 0
    let piece = ProfileSample.Amount(count: count, bytes: bytes)
    live.add(piece)
    if let born = mapping.born { births.append((born, piece)) }
    guard isLeaked else { return }
    let isFirst = mapping.born == nil || leakedCalls.insert(mapping.origin).inserted
    leaked.add(ProfileSample.Amount(count: isFirst ? 1 : 0, bytes: bytes))
  }

  mutating func take(_ account: Account) {
    origins.insert(account.origin)
    addMapped(
      ProfileSample.Amount(count: max(0, account.mapped.count), bytes: account.mapped.bytes))
  }

  /// Adds a tally whose call path turned out to be equal.
  mutating func add(_ other: OriginTally) {
    live.add(other.live)
    leaked.add(other.leaked)
    origins.formUnion(other.origins)
    births += other.births
    if let mapped = other.mapped { addMapped(mapped) }
  }

  private mutating func addMapped(_ amount: ProfileSample.Amount) {
    var all = mapped ?? ProfileSample.Amount()
    all.add(amount)
    mapped = all
  }

  /// Running sums at even steps from the first birth to `now`.
  func retained(until now: KernelInstant, steps: Int = 60) -> [AmountSample] {
    let births = births.sorted { $0.when < $1.when }
    guard let first = births.first?.when else { return [] }
    let span = now.since(first)
    var amount = ProfileSample.Amount()
    var next = births.startIndex
    return (0...steps).map { step in
      let fraction = UInt64(step)
      // The last step is exactly now, despite rounding.
      let when =
        step == steps ? max(now, first) : first.later(by: span / UInt64(steps) * fraction)
      while next < births.endIndex, births[next].when <= when || step == steps {
        amount.add(births[next].piece)
        next += 1
      }
      return AmountSample(when: when, amount: amount)
    }
  }
}
