// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

/// The kernel's mappings, mirrored: one live table for each address space.
///
/// Fed with events in the order of the ring, and with snapshots where only the kernel knows. Not
/// thread-safe: one owner feeds it and reads it.
public final class Ledger {
  /// Sizes that the machine decides.
  public struct Machine: Sendable {
    public var pageBytes: UInt64
    public var hugePageBytes: UInt64
    /// Whether the kernel reports the end of an address space (from 6.1 on).
    public var reportsSpaceEnd: Bool
    /// The `dev_t`s of memory that is shared by way of a file: memfd, /dev/shm.
    public var sharedMemoryDevices: [UInt32] = []

    public init(
      pageBytes: UInt64 = 4096, hugePageBytes: UInt64 = 2 << 20, reportsSpaceEnd: Bool = true
    ) {
      self.pageBytes = pageBytes
      self.hugePageBytes = hugePageBytes
      self.reportsSpaceEnd = reportsSpaceEnd
    }
  }

  public let machine: Machine
  public internal(set) var spaces: [SpaceKey: Space] = [:]
  public internal(set) var processes: [ProcessID: Process] = [:]
  public internal(set) var threads: [ThreadID: Thread] = [:]
  public internal(set) var files = FileTable()
  /// Spaces the kernel has to be asked about, and why.
  public internal(set) var wanted: [SpaceKey: SnapshotReason] = [:]

  /// Counts events; the ordinal of the one that is being applied.
  var ordinal: UInt64 = 0
  var recent = RecentCalls()
  /// The stack that stands for another, by the other's number.
  var callPathAliases: [Int32: Int32] = [:]
  /// Renames of processes that are not in view: of one that is about to be told, or the first that
  /// is seen of one.
  var unseen: [SpaceKey: (event: MappingEvent, rounds: Int)] = [:]
  private var nextSpaceID = 1
  private var lastSpace: Space?

  public init(machine: Machine = Machine()) {
    self.machine = machine
  }

  // MARK: What is in view

  public func space(of key: SpaceKey) -> Space? {
    if let lastSpace, lastSpace.key == key { return lastSpace }
    guard let space = spaces[key] else { return nil }
    lastSpace = space
    return space
  }

  public func name(of thread: ThreadID, in process: ProcessID) -> ThreadName {
    threads[thread]?.name ?? processes[process]?.name ?? ThreadName()
  }

  /// Bytes, rounded up to whole pages; 0 when that would pass the end of the space.
  func pages(_ bytes: UInt64, of pageBytes: UInt64? = nil) -> UInt64 {
    let size = pageBytes ?? machine.pageBytes
    let (sum, overflow) = bytes.addingReportingOverflow(size - 1)
    return overflow ? 0 : sum & ~(size - 1)
  }

  func isAligned(_ address: UInt64) -> Bool { address & (machine.pageBytes - 1) == 0 }

  // MARK: Spaces

  func makeSpace(_ key: SpaceKey, at when: KernelInstant) -> Space {
    // The kernel reuses an mm_struct: a new space under an old key means that the old one is gone.
    if spaces[key] != nil { endSpace(key) }
    let space = Space(id: nextSpaceID, key: key, since: when)
    nextSpaceID += 1
    spaces[key] = space
    return space
  }

  func want(_ key: SpaceKey, _ reason: SnapshotReason) {
    switch (wanted[key], reason) {
    case (.execed?, _), (.unknown?, .forked), (.unknown?, .unsure), (.lost?, _): break
    default: wanted[key] = reason
    }
  }

  /// Notes that only the kernel knows what is in `range` of a space now.
  func doubt(_ range: AddressRange, in space: Space) {
    space.doubts.formUnion(range)
    want(space.key, .unsure)
  }

  private static let unseenRounds = 2

  /// Wants what could not be had just now, while somebody lives there.
  public func wantAgain(_ key: SpaceKey, _ reason: SnapshotReason) {
    if space(of: key)?.processes.isEmpty == false { want(key, reason) }
  }

  /// The same for one space.
  public func takeWanted(_ key: SpaceKey) -> SnapshotReason? { wanted.removeValue(forKey: key) }

  public func takeWanted() -> [SpaceKey: SnapshotReason] {
    for (key, (event, rounds)) in unseen {
      // The exec that a rename is part of can be a moment behind it in the stream.
      unseen[key] = (event, rounds + 1)
      guard rounds >= Self.unseenRounds else { continue }
      unseen[key] = nil
      guard let space = spaceInView(event), case .renamed(let name, _) = event.fact else {
        continue
      }
      if processes[event.process]?.space == space.key, threads[event.thread]?.name == ThreadName() {
        threads[event.thread]?.name = name
        processes[event.process]?.name = name
      }
    }
    defer { wanted.removeAll(keepingCapacity: true) }
    return wanted
  }

  /// The threads whose munmap or mremap in a space may not have ended, each with its call's ordinal, where
  /// that keeps the kernel from being believed about what is in doubt.
  public func callsUnderWay(in key: SpaceKey) -> [ThreadID: UInt64] {
    guard let space = space(of: key), !space.doubts.isEmpty else { return [:] }
    return recent.threads(in: space.id, over: space.doubts)
  }

  /// Notes that those calls have ended: success has no record.
  public func endCalls(_ calls: [ThreadID: UInt64]) {
    for (thread, ordinal) in calls { recent.end(thread, ordinal: ordinal) }
  }

  /// Notes that records of `key` were lost, so that its table cannot be trusted until it is asked.
  public func noteLoss(in key: SpaceKey) {
    guard let space = space(of: key) else { return }
    space.hasLostEvents = true
    space.everLostEvents = true
    space.doubts = .everything
    want(key, .lost)
  }

  /// The space of an event, made if it is new.
  func spaceInView(_ event: MappingEvent) -> Space? {
    guard let key = event.space else { return nil }
    if let space = space(of: key) { return space }
    if let space = rekey(event.process, key) { return space }
    let space = makeSpace(key, at: event.when)
    want(key, .unknown)
    admit(event.process, event.thread, to: space, at: event.when)
    return space
  }

  /// Gives a space that was listed from text its key: the first event of its process tells it.
  private func rekey(_ process: ProcessID, _ key: SpaceKey) -> Space? {
    guard let old = processes[process]?.space, old.isProvisional,
      let space = spaces.removeValue(forKey: old)
    else { return nil }
    if lastSpace === space { lastSpace = nil }
    space.key = key
    spaces[key] = space
    for member in space.processes { processes[member]?.space = key }
    return space
  }

  /// Takes in a process that is first seen by something it did.
  func admit(
    _ process: ProcessID, _ thread: ThreadID, to space: Space, at when: KernelInstant
  ) {
    if processes[process] == nil {
      processes[process] = Process(
        id: process, space: space.key, spaceID: space.id, name: ThreadName(), parent: nil,
        executable: TextTable.empty, origin: .seeded, since: when, threads: [thread])
    } else {
      leave(process)
      processes[process]?.space = space.key
      processes[process]?.spaceID = space.id
      processes[process]?.threads.insert(thread)
    }
    if !space.processes.contains(process) { space.processes.append(process) }
    if threads[thread] == nil {
      threads[thread] = Thread(
        process: process, name: ThreadName(), stackOrigin: nil, createdAt: when)
    }
  }

  /// Takes `process` out of the space it is in.
  func leave(_ process: ProcessID) {
    guard let key = processes[process]?.space, let space = space(of: key) else { return }
    space.processes.removeAll { $0 == process }
    space.lastProcess = (process, processes[process]?.name ?? ThreadName())
    // The end of a space whose key is not the kernel's cannot be told by the kernel.
    if space.processes.isEmpty, !machine.reportsSpaceEnd || key.isProvisional { endSpace(key) }
  }

  /// Forgets a space; answers the bytes that were mapped in it.
  @discardableResult
  func endSpace(_ key: SpaceKey) -> UInt64 {
    guard let space = spaces.removeValue(forKey: key) else { return 0 }
    if lastSpace === space { lastSpace = nil }
    wanted[key] = nil
    return space.virtualBytes
  }

  // MARK: Tables

  /// Makes `stack` another name for `canonical`: both turned out to be the same call path.
  ///
  /// What was mapped under it counts there from now on, and so does what is to come.
  public func unify(_ stack: CallPathID, with canonical: CallPathID) {
    guard stack.raw >= 0, canonical.raw >= 0 else { return }
    let root = self.canonical(canonical.raw)
    guard root != stack.raw else { return }
    callPathAliases[stack.raw] = root
    for space in spaces.values { space.accounts.unify(stack.raw, with: root) }
  }

  /// The stack that stands for that one.
  public func canonical(_ stack: CallPathID) -> CallPathID { CallPathID(canonical(stack.raw)) }

  func canonical(_ stack: Int32) -> Int32 {
    var stack = stack
    while let other = callPathAliases[stack] { stack = other }
    return stack
  }

  /// The stacks that tables and accounts speak of, and those that stand for them.
  public func stacksInUse() -> Set<CallPathID> {
    var used: Set<CallPathID> = []
    func take(_ mapping: LiveMapping) { if let stack = mapping.callPathID { used.insert(stack) } }
    for space in spaces.values {
      space.table.forEach(in: .everything) { entry in take(entry.value) }
      space.accounts.forEachStack { used.insert(CallPathID($0)) }
      for stack in space.stacks.byOrigin.values {
        if let path = stack.createdStack { used.insert(path) }
      }
    }
    recent.forEachMapping(take)
    return used.union(used.map { canonical($0) })
  }

  /// Forgets what stands for the stacks that are not in `used`.
  public func forgetStacks(except used: Set<CallPathID>) {
    var kept: [Int32: Int32] = [:]
    for stack in callPathAliases.keys where used.contains(CallPathID(stack)) {
      kept[stack] = canonical(stack)
    }
    callPathAliases = kept
  }

  /// Unmaps `range` of `space`, and keeps the account of what that took.
  @discardableResult
  func unmap(
    _ range: AddressRange, of space: Space, at when: KernelInstant,
    going: Accounts.Going = .freed, removed: (RemovedSpan) -> Void = { _ in }
  ) -> UInt64 {
    var freed: UInt64 = 0
    var runs = RemovedRuns()
    space.table.remove(range) { entry in
      freed += entry.range.length
      space.forget(entry, at: when)
      if let run = runs.take(entry) { space.leaveWhole(run, going, at: when) }
      removed(RemovedSpan(range: entry.range, mapping: entry.value))
    }
    space.close(runs, going, at: when)
    return freed
  }

  /// Maps `range`, replacing what is there; answers the bytes that were.
  @discardableResult
  func map(
    _ range: AddressRange, _ mapping: LiveMapping, in space: Space, at when: KernelInstant,
    coming: Accounts.Coming = .born, isNew: Bool = true
  ) -> UInt64 {
    var replaced: UInt64 = 0
    var runs = RemovedRuns()
    space.table.replace(range, with: mapping) { entry in
      replaced += entry.range.length
      space.forget(entry, at: when)
      if let run = runs.take(entry) { space.leaveWhole(run, at: when) }
    }
    space.close(runs, .freed, at: when)
    guard !range.isEmpty else { return replaced }
    if isNew {
      // Nothing else is of this origin yet.
      space.accounts.add(
        coming, to: mapping.account, runs: 1, range.length, born: mapping.bornNanoseconds,
        file: mapping.file, at: when)
    } else {
      space.enter(range, mapping, coming, at: when)
    }
    return replaced
  }
}

extension Space {
  /// Keeps the account of thread stacks when a portion of the table goes.
  func forget(_ entry: RangeMap<LiveMapping>.Entry, at when: KernelInstant) {
    if entry.value.traits.contains(.reserved), !entry.value.protection.isEmpty {
      accounts.commit(entry.value.account, -Int64(entry.range.length), at: when)
    }
    guard entry.value.traits.contains(.threadStack) else { return }
    stacks.removed(entry.range.length, origin: entry.value.origin, at: when)
  }

  /// Maps `mapping` where nothing is mapped in `range`.
  func fillHoles(
    in range: AddressRange, with mapping: LiveMapping, at when: KernelInstant
  ) -> UInt64 {
    var holes: [AddressRange] = []
    var reached = range.start
    table.forEach(in: range) { entry in
      if entry.range.start > reached {
        holes.append(AddressRange(start: reached, end: entry.range.start))
      }
      reached = max(reached, entry.range.end)
    }
    if reached < range.end { holes.append(AddressRange(start: reached, end: range.end)) }
    var bytes: UInt64 = 0
    for hole in holes {
      table.replace(hole, with: mapping) { _ in }
      enter(hole, mapping, .restored, at: when)
      if mapping.traits.contains(.reserved), !mapping.protection.isEmpty {
        accounts.commit(mapping.account, Int64(hole.length), at: when)
      }
      bytes += hole.length
    }
    return bytes
  }

  /// Joins neighbors around `range` that nothing tells apart any more, as the kernel does; without
  /// this, protecting a page and back would leave fragments for good.
  func coalesce(around range: AddressRange) {
    var run: RangeMap<LiveMapping>.Entry?
    var joined: [RangeMap<LiveMapping>.Entry] = []
    var grew = false
    let start = table.lastEntry(startingBefore: range.start)?.range.start ?? range.start
    let reach = AddressRange(start: start, end: range.end == .max ? .max : range.end + 1)
    table.forEach(in: reach) { entry in
      if var current = run, current.range.end == entry.range.start, current.value == entry.value {
        current.range.end = entry.range.end
        run = current
        grew = true
        return
      }
      if grew, let current = run { joined.append(current) }
      run = entry
      grew = false
    }
    if grew, let current = run { joined.append(current) }
    for entry in joined { table.replace(entry.range, with: entry.value) { _ in } }
  }
}
