// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// What one removal takes, as runs: neighboring pieces of one mapping in one account.
///
/// Only the first and the last run can go on beyond the edges of the removed range.
struct RemovedRuns {
  struct Run {
    var range: AddressRange
    var origin: UInt64
    var account: UInt32
    var born: KernelInstant

    init(_ entry: RangeMap<LiveMapping>.Entry) {
      range = entry.range
      origin = entry.value.origin
      account = entry.value.account
      born = entry.value.bornAt
    }
  }

  private(set) var first: Run?
  private(set) var last: Run?

  /// Takes the next removed piece, in ascending order. Returns a run that is complete and touches
  /// neither edge of the range.
  @inline(__always)
  mutating func take(_ entry: RangeMap<LiveMapping>.Entry) -> Run? {
    guard let current = last else {
      last = Run(entry)
      return nil
    }
    if current.range.end == entry.range.start, current.origin == entry.value.origin,
      current.account == entry.value.account
    {
      last?.range.end = entry.range.end
      return nil
    }
    last = Run(entry)
    if first == nil {
      first = current
      return nil
    }
    return current
  }
}

extension Space {
  // MARK: What leaves

  /// Takes the first and the last of `runs` out of their accounts.
  func close(_ runs: RemovedRuns, _ going: Accounts.Going, at when: KernelInstant) {
    guard let last = runs.last else { return }
    if let first = runs.first {
      leave(first, going, looksBelow: true, looksAbove: false, at: when)
      leave(last, going, looksBelow: false, looksAbove: true, at: when)
    } else {
      leave(last, going, looksBelow: true, looksAbove: true, at: when)
    }
  }

  /// Takes a run out of its account that lay wholly inside the removed range.
  func leaveWhole(
    _ run: RemovedRuns.Run, _ going: Accounts.Going = .freed, at when: KernelInstant
  ) {
    accounts.remove(going, from: run.account, runs: 1, run.range.length, born: run.born, at: when)
  }

  /// Takes a run out of its account. Pieces of it may be left below or above.
  func leave(
    _ run: RemovedRuns.Run, _ going: Accounts.Going, looksBelow: Bool = true,
    looksAbove: Bool = true, at when: KernelInstant
  ) {
    var lost = 1
    // A run as long as the largest mapping of its account is a whole mapping: no need to look.
    if accounts[run.account].largestBytes != run.range.length {
      if looksBelow, isSame(run, table.lastEntry(startingBefore: run.range.start)) { lost -= 1 }
      if looksAbove, isSame(run, table.entry(containing: run.range.end)) { lost -= 1 }
    }
    accounts.remove(
      going, from: run.account, runs: lost, run.range.length, born: run.born, at: when)
  }

  /// Whether `entry`, a neighbor of `run`, is a piece of the same mapping.
  private func isSame(
    _ run: RemovedRuns.Run, _ entry: RangeMap<LiveMapping>.Entry?
  ) -> Bool {
    guard let entry else { return false }
    // Compares the account indices as they were given, so that unifying accounts later does not change
    // how many pieces a mapping counts for.
    return entry.value.origin == run.origin && entry.value.account == run.account
      && (entry.range.end == run.range.start || entry.range.start == run.range.end)
  }

  // MARK: What comes

  /// Adds `mapping`, which the table now has in `range`, to its account. Its neighbors may be pieces of
  /// the same mapping.
  func enter(
    _ range: AddressRange, _ mapping: LiveMapping, _ coming: Accounts.Coming,
    at when: KernelInstant
  ) {
    let run = RemovedRuns.Run(RangeMap.Entry(range: range, value: mapping))
    var runs = 1
    if isSame(run, table.lastEntry(startingBefore: range.start)) { runs -= 1 }
    if isSame(run, table.entry(containing: range.end)) { runs -= 1 }
    let size = runs == 1 ? range.length : wholeRun(of: mapping.origin, around: range).length
    var coming = coming
    if coming == .moved, wasBefore(mapping) { coming = .present }
    accounts.add(
      coming, to: mapping.account, runs: runs, range.length, of: size,
      born: mapping.bornAt, file: mapping.file, at: when)
  }

  /// `range` extended by all pieces of the same mapping that adjoin it.
  func wholeRun(of origin: UInt64, around range: AddressRange) -> AddressRange {
    var range = range
    while let below = table.lastEntry(startingBefore: range.start),
      below.range.end == range.start, below.value.origin == origin
    {
      range.start = below.range.start
    }
    while let above = table.entry(containing: range.end), above.value.origin == origin {
      range.end = above.range.end
    }
    return range
  }

  /// Whether it was mapped before tracing began, or before the fork that made this space.
  private func wasBefore(_ mapping: LiveMapping) -> Bool {
    mapping.isSeeded && mapping.bornAt == .zero || mapping.bornAt < since
  }

  // MARK: What changes accounts

  /// Moves the runs in `range`, all of them whole, into `account`, as one run.
  func reaccount(_ range: AddressRange, to account: UInt32, at when: KernelInstant) {
    var runs = RemovedRuns()
    var over: [RemovedRuns.Run] = []
    table.forEach(in: range) { entry in
      if let run = runs.take(entry) { over.append(run) }
    }
    if over.isEmpty, runs.first == nil, runs.last?.account == account { return }
    for run in over { leave(run, .moved, at: when) }
    close(runs, .moved, at: when)
    table.update(range) { mapping, _ in mapping.account = account }
    guard let first = table.entry(containing: range.start) else { return }
    enter(range, first.value, .moved, at: when)
  }
}

extension Ledger {
  /// The index of the account in `space` for `mapping`, which comes as `bytes` in one piece. Its call
  /// path must be canonical.
  func account(
    in space: Space, of mapping: LiveMapping, _ manner: Origin.Manner = .mapped, bytes: UInt64
  ) -> UInt32 {
    var kind = mapping.kind
    if kind == .guard { kind = .threadStack }
    if manner == .filled { kind = .heap }
    if mapping.isShared, mapping.file != .none,
      machine.sharedMemoryDevices.contains(files[mapping.file].identity.device)
    {
      kind = .sharedMemory
    }
    return space.accounts.index(
      of: Origin(kind: kind, manner: manner, callPath: mapping.callPath), sized: bytes)
  }
}
