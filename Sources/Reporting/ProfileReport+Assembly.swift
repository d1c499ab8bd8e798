// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Symbolization

extension ProfileReport {
  /// Live memory, and memory mapped while watched, by space, kind and call path.
  ///
  /// - Parameters:
  ///   - only: the only space to look at; nil for all.
  ///   - ended: samples of spaces that are gone.
  ///   - callPath: the frames of a call path, when they are known.
  public init(
    of ledger: Ledger, only: Space? = nil, header: ReportHeader, verdicts: [Verdict],
    ended: [ProfileSample] = [],
    buildIDs: [String: String] = [:],
    callPath: @escaping (CallPathID) -> CallPath? = { _ in nil }
  ) {
    var samples = ended
    let spaces = only.map { [$0] } ?? Array(ledger.spaces.values)
    for space in spaces where !space.processes.isEmpty {
      let leader = space.processes[0]
      samples += Self.samples(
        of: space, leader, ledger.processes[leader]?.name.text ?? "", verdicts: verdicts,
        at: header.when, callPath: callPath)
    }
    samples.sort { $0.rank > $1.rank }
    self.init(header: header, samples: samples, buildIDs: buildIDs)
  }

  /// The samples of one space, in no order.
  public static func samples(
    of space: Space, _ process: ProcessID, _ name: String, verdicts: [Verdict],
    at now: KernelInstant, callPath: @escaping (CallPathID) -> CallPath?
  ) -> [ProfileSample] {
    var paths = Paths(callPath)
    let blame = Blame(of: space.id, in: verdicts)
    var tallies: [Key: Tally] = [:]
    space.table.forEach(in: .everything) { entry in
      let mapping = entry.value
      // A guard page was mapped with its stack, so it counts as part of the stack.
      let kind = mapping.kind == .guard ? .threadStack : mapping.kind
      let key = Key(kind: kind, path: mapping.callPath.flatMap { paths.number(of: $0) })
      tallies[key, default: Tally()].take(
        entry.range.length, of: mapping, space.accounts[mapping.account].origin,
        isLeaked: blame.covers(entry.range.start))
    }
    space.accounts.forEachAccount { account in
      let key = Key(kind: account.kind, path: account.callPath.flatMap { paths.number(of: $0) })
      tallies[key, default: Tally()].take(account)
    }
    return tallies.compactMap { key, tally in
      let retained = tally.retained(until: now)
      // A thread stack is in the account of the kind that it was mapped as.
      let all = tally.mapped ?? retained.last?.amount ?? .init()
      guard tally.live.count > 0 || all.count > 0 else { return nil }
      return ProfileSample(
        space: space.id, process: process, processName: name, kind: key.kind,
        callPath: key.path.map { paths.known[$0] }, origins: tally.origins, mapped: all,
        live: tally.live, leaked: tally.leaked, retained: retained)
    }
  }

  /// One sample of the profile: memory of one kind behind one call path.
  private struct Key: Hashable {
    var kind: MappingKind
    /// Nil when the call path is unknown.
    var path: Int?
  }

  /// Numbers of call paths by their frames. Several ids can stand for equal frames.
  private struct Paths {
    private let callPath: (CallPathID) -> CallPath?
    private var numbers: [CallPath: Int] = [:]
    private var byID: [CallPathID: Int?] = [:]
    private(set) var known: [CallPath] = []

    init(_ callPath: @escaping (CallPathID) -> CallPath?) { self.callPath = callPath }

    mutating func number(of id: CallPathID) -> Int? {
      if let number = byID[id] { return number }
      var number: Int?
      if let path = callPath(id), !path.frames.isEmpty {
        number = numbers[path] ?? known.count
        if number == known.count { known.append(path) }
        numbers[path] = number
      }
      byID[id] = .some(number)
      return number
    }
  }

  private struct Tally {
    var live = ProfileSample.Amount()
    var leaked = ProfileSample.Amount()
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
      var all = mapped ?? ProfileSample.Amount()
      all.add(.init(count: max(0, account.mapped.count), bytes: account.mapped.bytes))
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
          step == steps
          ? max(now, first)
          : first.later(by: span / UInt64(steps) * fraction)
        while next < births.endIndex, births[next].when <= when || step == steps {
          amount.add(births[next].piece)
          next += 1
        }
        return AmountSample(when: when, amount: amount)
      }
    }
  }

  /// The addresses in one space that verdicts call leaking.
  private struct Blame {
    private let ranges: [Verdict.BlamedRange]

    init(of space: Int, in verdicts: [Verdict]) {
      ranges = verdicts.filter { $0.subject.space == space && $0.standing == .leaking }
        .flatMap(\.ranges).sorted { $0.start < $1.start }
    }

    func covers(_ address: UInt64) -> Bool {
      var (low, high) = (0, ranges.count)
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].start <= address { low = middle + 1 } else { high = middle }
      }
      return low > 0 && address < ranges[low - 1].end
    }
  }
}

extension ProfileSample {
  /// Leaks first, then larger samples. The other parts only make the order stable.
  fileprivate var rank: (UInt64, UInt64, Int, String, Int) {
    (leaked.bytes, live.bytes, -space, kind.rawValue, callPath?.hashValueOfAddresses ?? 0)
  }
}

extension CallPath {
  fileprivate var hashValueOfAddresses: Int {
    Int(truncatingIfNeeded: frames.reduce(5381 as UInt64) { $0 &* 33 &+ $1.address })
  }
}

extension ProfileSample.Amount {
  mutating func add(_ other: Self) {
    count += other.count
    let (sum, overflow) = bytes.addingReportingOverflow(other.bytes)
    bytes = overflow ? .max : sum
  }
}
