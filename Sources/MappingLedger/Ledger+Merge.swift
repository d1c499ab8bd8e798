// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// Where a table and the kernel's list differ.
public struct Drift: Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// The kernel has it, the table has not.
    case missing
    /// The table has it, the kernel has not.
    case stale
    /// Both have it, with other protection, sharing or file offset.
    case changed
    /// A stack grew by being used, which no call shows.
    case stackGrowth
  }

  public var range: AddressRange
  public var cause: Cause
}

extension Ledger {
  /// Makes the table of a space what the kernel listed, keeping what is known of every mapping that
  /// both have. Answers the differences there were.
  ///
  /// `window` holds the events that were recorded while the kernel made the list, all before `when`;
  /// they must be applied afterwards. The list shows each of them done or not, so where they say
  /// what there is the list is not asked, nor for the range of a call that had begun before and may
  /// not have ended. What was doubtful before is taken from the list all the same.
  @discardableResult
  public func merge(
    _ snapshot: SpaceSnapshot, at when: KernelInstant, reason: SnapshotReason,
    window: [MappingEvent] = []
  ) -> [Drift] {
    let space = space(of: snapshot.key) ?? makeSpace(snapshot.key, at: when)
    guard let joint = joint(of: space, snapshot, window, at: when) else { return [] }
    let differences = space.differences(from: snapshot, files: &files).flatMap {
      $0.parts(outside: joint.settled)
    }
    for difference in differences {
      switch difference.drift.cause {
      case .stale:
        unmap(difference.drift.range, of: space, at: when)
      case .missing:
        guard let area = difference.area else { continue }
        ordinal &+= 1
        var mapping = seed(area, snapshot.totals, when: when, reason: reason)
        // Of a space whose calls are not told, lists are all there is.
        let isNews = snapshot.totals.isCompat && space.isSeeded && reason == .unsure
        if isNews { mapping.bornNanoseconds = when.nanoseconds }
        let range = difference.drift.range
        let isReserved = mapping.isReservation(range.length)
        let isArena = mapping.isRestOfArena(range)
        if isReserved { mapping.traits.insert(.reserved) }
        if mapping.isUsedOfArena(range) {
          space.accounts.committedBefore += range.length
        } else if isReserved, !isArena {
          space.accounts.committedBefore += space.committedBefore(below: range.start)
        }
        mapping.account = account(
          in: space, of: mapping, isReserved ? .reserved : .mapped,
          bytes: isArena ? 64 << 20 : range.length)
        map(range, mapping, in: space, at: when, coming: isNews ? .born : .present)
      case .stackGrowth:
        let range = difference.drift.range
        guard let above = space.table.entry(containing: range.end) else { continue }
        map(range, above.value, in: space, at: when, coming: .present, isNew: false)
      case .changed:
        guard let area = difference.area else { continue }
        let fresh = seed(area, snapshot.totals, when: when, reason: reason)
        space.table.update(difference.drift.range) { mapping, _ in
          mapping.take(fresh)
        }
      }
    }
    if !differences.isEmpty {
      space.coalesce(around: .everything)
    }
    // The text of /proc tells no break before there is a heap.
    if !joint.movesBreak, snapshot.totals.currentBreak != 0 {
      space.startBreak = snapshot.totals.startBreak
      space.currentBreak = snapshot.totals.currentBreak
    }
    space.isCompat = snapshot.totals.isCompat
    space.hasLostEvents = false
    let doubts = space.doubts
    space.doubts = joint.doubts
    space.listedDoubts = doubts
    space.listedAt = when
    if !space.doubts.isEmpty { want(space.key, .unsure) }
    if !space.isSeeded {
      space.isSeeded = true
      space.markBaseline(at: when)
    }
    return differences.map(\.drift).filter { !doubts.overlaps($0.range) }
  }

  /// Takes in a thread that the kernel listed.
  public func admit(_ task: ListedTask, at when: KernelInstant) {
    let isNew = space(of: task.space) == nil
    let space = space(of: task.space) ?? makeSpace(task.space, at: when)
    if isNew { want(task.space, .unknown) }
    if processes[task.process]?.space != task.space { leave(task.process) }
    if processes[task.process] == nil {
      processes[task.process] = Process(
        id: task.process, space: task.space, spaceID: space.id, name: task.name,
        parent: task.parent, executable: TextTable.empty, origin: .seeded, since: when,
        threads: [])
    }
    processes[task.process]?.space = task.space
    processes[task.process]?.spaceID = space.id
    processes[task.process]?.parent = task.parent
    processes[task.process]?.threads.insert(task.thread)
    if task.thread.raw == task.process.raw { processes[task.process]?.name = task.name }
    if !space.processes.contains(task.process) { space.processes.append(task.process) }
    var thread =
      threads[task.thread]
      ?? Thread(process: task.process, name: task.name, stackOrigin: nil, createdAt: when)
    thread.process = task.process
    thread.name = task.name
    // The first thread of the first process has the main stack, or for a while some other one that
    // it switched to; that of a process made with clone(CLONE_VM) was given its own.
    let isFirst = task.thread.raw == task.process.raw && space.processes.first == task.process
    if thread.stackOrigin == nil, task.stackPointer != 0, !isFirst {
      thread.stackOrigin = settle(
        task.thread, of: task.process, at: task.stackPointer, creator: nil, when, space)
    }
    threads[task.thread] = thread
  }

  /// Notes the executable of a process, once somebody has read it.
  public func setExecutable(_ path: TextID, of process: ProcessID) {
    processes[process]?.executable = path
  }

  /// The path of a file; `TextTable.empty` while nobody has found it.
  public func path(of file: FileIdentity) -> TextID { files[files.id(of: file)].path }

  /// Notes the path of a file, once somebody has found it.
  public func setPath(_ path: TextID, of file: FileIdentity) {
    files[files.id(of: file)].path = path
  }

  /// Forgets the processes, threads and spaces that the kernel's list of the moment `asOf` has no
  /// more; what came into view later stays.
  public func keepOnly(_ listed: [ListedTask], asOf moment: KernelInstant) {
    let alive = Set(listed.map(\.process))
    let threadsAlive = Set(listed.map(\.thread))
    let spacesAlive = Set(listed.map(\.space))
    for (id, thread) in threads where !threadsAlive.contains(id) && thread.createdAt < moment {
      endThread(id, at: moment)
    }
    for (id, process) in processes where !alive.contains(id) && process.since < moment {
      leave(id)
      processes[id] = nil
    }
    for (key, space) in spaces where !spacesAlive.contains(key) && space.since < moment {
      endSpace(key)
    }
  }

  private func seed(
    _ area: SpaceSnapshot.Area, _ totals: SpaceTotals, when: KernelInstant, reason: SnapshotReason
  ) -> LiveMapping {
    var born: UInt64 = 0
    if case .execed(let moment) = reason { born = moment.nanoseconds }
    var mapping = LiveMapping(
      origin: ordinal, placed: ordinal, bornNanoseconds: born, offsetBias: 0, file: .none,
      callPath: -1, thread: 0, traits: area.traits(totals))
    if born == 0 { mapping.traits.insert(.seeded) }
    if area.hugePageBytes > 0 {
      mapping.hugePageShift = UInt32(area.hugePageBytes.trailingZeroBitCount)
    }
    if let file = area.file {
      mapping.file = files.id(of: file.identity)
      mapping.offsetBias = file.offset &- area.range.start
      if area.isSegment {
        files[mapping.file].segmentBytes = max(
          files[mapping.file].segmentBytes, file.offset + area.range.length)
      }
    }
    return mapping
  }
}

extension SpaceSnapshot.Area {
  func traits(_ totals: SpaceTotals) -> LiveMapping.Traits {
    var traits = LiveMapping.Traits(rawValue: UInt32(protection.rawValue))
    if isShared { traits.insert(.shared) }
    if growsDown { traits.insert(.growsDown) }
    if isSegment { traits.insert(.segment) }
    if isSpecial || range.start == totals.vdso {
      traits.insert(.special)
    } else if file != nil {
      // Anonymous shared memory is a file to the kernel alone.
      if !isAnonymousShared { traits.insert(.file) }
    } else if range.contains(totals.startStack) {
      traits.insert(.mainStack)
    } else if range.start < totals.currentBreak, range.end > totals.startBreak {
      traits.insert(.heap)
    }
    return traits
  }
}

extension Space {
  /// What lies accessible right before a reservation from before we came, and is likely its used part:
  /// the kernel lists the two as one piece each.
  fileprivate func committedBefore(below start: UInt64) -> UInt64 {
    guard let used = table.lastEntry(startingBefore: start), used.range.end == start,
      used.value.isCommitted, !used.value.isUsedOfArena(used.range)
    else { return 0 }
    return used.range.length
  }
}

extension LiveMapping {
  /// Whether it is what is not accessible yet of the 64 MiB that glibc reserves for an arena.
  fileprivate func isRestOfArena(_ range: AddressRange) -> Bool {
    isReservation(range.length) && range.length < 64 << 20 && range.end & (64 << 20 - 1) == 0
  }

  /// Whether it is the accessible part of such arenas, from before we came.
  fileprivate func isUsedOfArena(_ range: AddressRange) -> Bool {
    isCommitted && range.start & (64 << 20 - 1) == 0
  }

  /// Whether it can be the accessible part of a reservation from before we came.
  fileprivate var isCommitted: Bool {
    traits.contains(.seeded) && !protection.isEmpty
      && traits.isDisjoint(with: [.file, .shared, .threadStack, .stackFlag])
  }

  /// Takes over what the kernel says, and keeps what is known of its past.
  mutating func take(_ fresh: LiveMapping) {
    let kept = traits.intersection([.seeded, .threadStack, .noReserve, .stackFlag, .reserved])
    traits = fresh.traits.subtracting([.seeded]).union(kept)
    hugePageShift = fresh.hugePageShift
    file = fresh.file
    offsetBias = fresh.offsetBias
  }

  /// Whether the kernel's area says nothing else than this mapping; the name of a file is no
  /// difference, since overlay file systems have two for one.
  func agrees(with area: SpaceSnapshot.Area) -> Bool {
    guard protection == area.protection, isShared == area.isShared else { return false }
    guard let areaFile = area.file else { return !traits.contains(.file) }
    if traits.contains(.file) || isShared {
      return offsetBias == areaFile.offset &- area.range.start
    }
    return hugePageShift != 0
  }
}

extension Space {
  struct Difference {
    var drift: Drift
    var area: SpaceSnapshot.Area?

    /// What is left of it outside `settled`.
    func parts(outside settled: AddressRangeSet) -> [Difference] {
      settled.gaps(in: drift.range).map { part in
        var difference = self
        difference.drift.range = part
        return difference
      }
    }
  }

  /// Goes through table and list together.
  func differences(
    from snapshot: SpaceSnapshot, files: inout FileTable
  ) -> [Difference] {
    var result: [Difference] = []
    var reached: UInt64 = 0
    var adopted: [(AddressRange, SpaceSnapshot.Area.File)] = []
    func stale(_ start: UInt64, _ end: UInt64) {
      guard start < end else { return }
      table.forEach(in: AddressRange(start: start, end: end)) { entry in
        let range = entry.range.intersection(AddressRange(start: start, end: end))
        result.append(Difference(drift: Drift(range: range, cause: .stale), area: nil))
      }
    }
    for area in snapshot.areas {
      stale(reached, area.range.start)
      reached = area.range.start
      table.forEach(in: area.range) { entry in
        let range = entry.range.intersection(area.range)
        if range.start > reached {
          let hole = AddressRange(start: reached, end: range.start)
          // Only what is mapped right above can have grown down to here, if the table knows it as such.
          let hasGrown =
            area.growsDown && range.start < area.range.end
            && entry.value.traits.contains(.growsDown) && entry.value.agrees(with: area)
          let cause: Drift.Cause = hasGrown ? .stackGrowth : .missing
          result.append(Difference(drift: Drift(range: hole, cause: cause), area: area))
        }
        reached = range.end
        if !entry.value.agrees(with: area) {
          result.append(Difference(drift: Drift(range: range, cause: .changed), area: area))
        } else if let file = area.file {
          if entry.value.file == .none || entry.value.file != files.id(of: file.identity) {
            adopted.append((range, file))
          } else if files[entry.value.file].path == TextTable.empty {
            files[entry.value.file].path = file.path
          }
        }
      }
      if reached < area.range.end {
        let rest = AddressRange(start: reached, end: area.range.end)
        result.append(Difference(drift: Drift(range: rest, cause: .missing), area: area))
        reached = area.range.end
      }
    }
    stale(reached, .max)
    for (range, file) in adopted {
      let id = files.id(of: file.identity)
      if files[id].path == TextTable.empty { files[id].path = file.path }
      table.update(range, where: { $0.file != id }, { mapping, _ in mapping.file = id })
    }
    for difference in result {
      guard let file = difference.area?.file else { continue }
      let id = files.id(of: file.identity)
      if files[id].path == TextTable.empty { files[id].path = file.path }
    }
    return result
  }
}
