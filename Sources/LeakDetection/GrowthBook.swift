// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// The growth that is explained, each told once and again when it has doubled.
public struct GrowthBook: Sendable {
  private var told: [Growth.Subject: UInt64] = [:]
  private let policy: GrowthPolicy

  public init(policy: LeakPolicy = .standard) { self.policy = policy.growth }

  /// What is new of all spaces; what `blamed` speaks of is left to verdicts.
  public mutating func news(
    _ ledger: Ledger, blamed: [Verdict], at now: KernelInstant
  ) -> [Growth] {
    let blamed = Set(blamed.map(\.subject))
    var news: [Growth] = []
    var seen: Set<Growth.Subject> = []
    for space in ledger.spaces.values.sorted(by: { $0.id < $1.id }) {
      for growth in explained(space, ledger, blamed, at: now) {
        seen.insert(growth.subject)
        guard growth.bytes >= policy.newsTimes.value * (told[growth.subject] ?? 0) else { continue }
        told[growth.subject] = growth.bytes
        news.append(growth)
      }
    }
    if told.count > 4096 { told = told.filter { seen.contains($0.key) } }
    return news
  }

  private func explained(
    _ space: Space, _ ledger: Ledger, _ blamed: Set<Verdict.Subject>, at now: KernelInstant
  ) -> [Growth] {
    guard let leader = space.processes.first else { return [] }
    let name = ledger.processes[leader]?.name.text ?? ""
    var growths: [Growth] = []
    space.accounts.forEachAccount { account in
      let bytes = account.live.bytes - min(account.live.bytes, account.present.bytes)
      guard bytes >= policy.leastBytes.value, account.mapped.count > 0,
        !account.isBlamed(in: blamed, space.id),
        let reason = reason(for: account, in: space, ledger, at: now)
      else { return }
      var origin = account.origin
      // One that reserves over and over, by ever other paths, is told of once.
      if origin.manner == .reserved { origin.callPath = nil }
      growths.append(
        Growth(
          subject: Growth.Subject(space: space.id, origin: origin),
          process: leader, processName: name, bytes: bytes, reason: reason))
    }
    return growths
  }

  private func reason(
    for account: Account, in space: Space, _ ledger: Ledger, at now: KernelInstant
  ) -> Growth.Reason? {
    let count = account.live.count
    switch account.manner {
    case .reserved:
      return account.isArena
        ? .arenas(count: count, committed: account.committedBytes)
        : .reserved(count: count, committed: account.committedBytes)
    // A library's segments are placed over its first mapping: that is how libraries are loaded.
    case .placed: return account.kind == .file ? nil : .placed(count: count)
    case .mapped, .grown, .break, .filled:
      if account.kind == .threadStack || account.kind == .special { return nil }
      let quiet = now.since(account.lastBirth ?? now)
      let span = (account.lastBirth ?? now).since(account.firstBirth ?? now)
      if quiet >= max(policy.leastQuiet.value.nanoseconds, span) {
        return .settled(count: count, quiet: quiet)
      }
      if account.freed.count * policy.turnoverPart.value > account.mapped.count {
        return .turnover(mapped: account.mapped.count, freed: account.freed.count)
      }
      return account.kind == .anonymous && space.collector(ledger) != nil ? .collected : nil
    case .heapTotal, .committed: return nil
    }
  }
}

extension Account {
  fileprivate func isBlamed(in blamed: Set<Verdict.Subject>, _ space: Int) -> Bool {
    blamed.contains(Verdict.Subject(space: space, origin: origin))
      || isOfHeap
        && blamed.contains(
          Verdict.Subject(space: space, origin: Origin(kind: .heap, manner: .heapTotal)))
  }
}
