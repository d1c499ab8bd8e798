// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Memory that came since tracing began and for which there is a reason that is no leak.
public struct Growth: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// Address space without access, of which so many bytes are in use.
    case reserved(count: Int, committed: UInt64)
    /// The same for the arenas of malloc, one for each thread or so.
    case arenas(count: Int, committed: UInt64)
    /// Mapped over what was mapped already.
    case placed(count: Int)
    /// It grew, and has been as large for so many nanoseconds.
    case settled(count: Int, quiet: UInt64)
    /// As much comes as goes.
    case turnover(mapped: Int, freed: Int)
    /// A runtime that collects garbage takes what it needs, and gives back late or never.
    case collected
  }

  public struct Subject: Hashable, Sendable {
    public var space: Int
    public var origin: Origin
  }

  public var subject: Subject
  public var process: ProcessID
  public var processName: String
  public var bytes: UInt64
  public var reason: Reason
}

/// The growth that is explained, each told once and again when it has doubled.
public struct GrowthBook: Sendable {
  private var told: [Growth.Subject: UInt64] = [:]
  /// Less than this is not worth a word.
  public var leastBytes: UInt64 = 1 << 20
  public var leastQuiet: UInt64 = 10_000_000_000

  public init() {}

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
        guard growth.bytes >= 2 * (told[growth.subject] ?? 0) else { continue }
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
      guard bytes >= leastBytes, account.mapped.count > 0,
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
      if quiet >= max(leastQuiet, span) { return .settled(count: count, quiet: quiet) }
      if account.freed.count * 2 > account.mapped.count {
        return .turnover(mapped: account.mapped.count, freed: account.freed.count)
      }
      return account.kind == .anonymous && space.isCollected(ledger) ? .collected : nil
    case .heapTotal, .committed: return nil
    }
  }
}

/// Programs whose memory a collector manages, and threads of theirs, by the kernel's names.
private let collectors: Set<String> = [
  "java", "node", "dotnet", "mono", "ruby", "beam.smp", "scala", "clojure", "deno", "bun",
  "VM Thread", ".NET Finalizer",
]

extension Space {
  /// How many times as long, and as much, as usual it takes to call something of it a leak: twice
  /// where frees may have been missed, or a Go heap grows, which comes to be twice what is in use; four
  /// times where another collector frees late. No collector ends threads: of their stacks it is four
  /// times for another reason, that pools fill at leisure.
  func strictness(_ ledger: Ledger, of kind: MappingKind = .anonymous) -> UInt64 {
    let doubt: UInt64 = everLostEvents ? 2 : 1
    if kind == .threadStack { return 4 * doubt }
    if isCollected(ledger) { return 4 }
    return kind == .heap && accounts.hasGoHeap ? 2 * doubt : doubt
  }

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

extension Account {
  fileprivate func isBlamed(in blamed: Set<Verdict.Subject>, _ space: Int) -> Bool {
    blamed.contains(Verdict.Subject(space: space, origin: origin))
      || isOfHeap
        && blamed.contains(
          Verdict.Subject(space: space, origin: Origin(kind: .heap, manner: .heapTotal)))
  }
}
