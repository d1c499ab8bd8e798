// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Symbolization

extension ProfileReport {
  /// What is live now, by space, kind and call path; `callStack` tells those that are known.
  ///
  /// Made of the live tables: `mapped` counts what is still there, so that it equals what was mapped
  /// since tracing began without what was given back.
  public init(
    of ledger: Ledger, header: ReportHeader, verdicts: [Verdict],
    callStack: @escaping (StackID) -> CallStack? = { _ in nil }
  ) {
    var samples: [ProfileSample] = []
    var paths = Paths(callStack)
    for space in ledger.spaces.values where !space.processes.isEmpty {
      let leader = space.processes[0]
      let blame = Blame(of: space.id, in: verdicts)
      var origins: [Origin: Account] = [:]
      space.table.forEach(in: .everything) { entry in
        let mapping = entry.value
        // A guard was mapped with its stack, and is told as part of it.
        let kind = mapping.kind == .guard ? .threadStack : mapping.kind
        let origin = Origin(kind: kind, path: mapping.stackID.flatMap { paths.number(of: $0) })
        origins[origin, default: Account()].take(
          entry.range.length, of: mapping, isLeaked: blame.covers(entry.range.start))
      }
      for (origin, account) in origins {
        let fresh = account.retained(until: header.when)
        samples.append(
          ProfileSample(
            space: space.id, process: leader,
            processName: ledger.processes[leader]?.name.text ?? "", kind: origin.kind,
            stack: origin.path.map { paths.known[$0] }, mapped: fresh.last?.amount ?? .init(),
            live: account.live, leaked: account.leaked,
            retained: fresh))
      }
    }
    samples.sort { $0.rank > $1.rank }
    self.init(header: header, samples: samples)
  }

  private struct Origin: Hashable {
    var kind: MappingKind
    /// Nil when it is unknown.
    var path: Int?
  }

  /// Call paths told apart by their frames: several stack ids can stand for the same ones.
  private struct Paths {
    private let callStack: (StackID) -> CallStack?
    private var numbers: [CallStack: Int] = [:]
    private var byID: [StackID: Int?] = [:]
    private(set) var known: [CallStack] = []

    init(_ callStack: @escaping (StackID) -> CallStack?) { self.callStack = callStack }

    mutating func number(of id: StackID) -> Int? {
      if let number = byID[id] { return number }
      var number: Int?
      if let stack = callStack(id), !stack.frames.isEmpty {
        number = numbers[stack] ?? known.count
        if number == known.count { known.append(stack) }
        numbers[stack] = number
      }
      byID[id] = .some(number)
      return number
    }
  }

  private struct Account {
    var live = ProfileSample.Amount()
    var leaked = ProfileSample.Amount()
    private var births: [(when: KernelInstant, piece: ProfileSample.Amount)] = []
    private var calls: Set<UInt64> = []
    private var leakedCalls: Set<UInt64> = []

    /// What one call mapped counts once, in however many pieces it lies there now; of what was there
    /// before tracing nobody knows, and each piece counts.
    mutating func take(_ bytes: UInt64, of mapping: LiveMapping, isLeaked: Bool) {
      let count = mapping.born == nil || calls.insert(mapping.origin).inserted ? 1 : 0
      let piece = ProfileSample.Amount(count: count, bytes: bytes)
      live.add(piece)
      if let born = mapping.born { births.append((born, piece)) }
      guard isLeaked else { return }
      let isFirst = mapping.born == nil || leakedCalls.insert(mapping.origin).inserted
      leaked.add(ProfileSample.Amount(count: isFirst ? 1 : 0, bytes: bytes))
    }

    /// The account at even steps from the first birth to `now`; at most so many.
    func retained(until now: KernelInstant, steps: Int = 60) -> [AmountSample] {
      let births = births.sorted { $0.when < $1.when }
      guard let first = births.first?.when else { return [] }
      let span = now.since(first)
      var amount = ProfileSample.Amount()
      var next = births.startIndex
      return (0...steps).map { step in
        let fraction = UInt64(step)
        // The last step is now itself, whatever rounding does.
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

  /// The addresses that verdicts of one space call leaking.
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
  /// What leaks comes first, then what is larger; the rest only keeps the order the same every time.
  fileprivate var rank: (UInt64, UInt64, Int, String, Int) {
    (leaked.bytes, live.bytes, -space, kind.rawValue, stack?.hashValueOfAddresses ?? 0)
  }
}

extension CallStack {
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
