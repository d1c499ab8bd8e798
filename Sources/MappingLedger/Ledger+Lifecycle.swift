// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// clone, fork, vfork, exec, exit and rename.

extension Ledger {
  func created(
    _ event: MappingEvent, _ call: MappingEvent.TaskCreated, _ space: Space
  ) -> LedgerChange.Effect {
    let sharesSpace = call.childSpace == space.key
    let isProcess = call.childProcess != event.process
    var newProcess: ProcessID?
    var childSpace = space
    if let key = call.childSpace, !sharesSpace {
      childSpace = fork(space, to: key, call, by: event)
    }
    if call.childSpace != nil, isProcess {
      let parent = processes[event.process]
      // The kernel gives out only ids that are free. If this one is known, its end was not seen.
      for thread in processes[call.childProcess]?.threads ?? [] {
        endThread(thread, at: event.when)
      }
      leave(call.childProcess)
      processes[call.childProcess] = Process(
        id: call.childProcess, space: childSpace.key, spaceID: childSpace.id, name: call.name,
        parent: event.process, executable: parent?.executable ?? TextTable.empty,
        origin: .forked, since: event.when, threads: [])
      childSpace.processes.append(call.childProcess)
      newProcess = call.childProcess
    }
    var stack: UInt64?
    if let pointer = call.stackPointer {
      // The stack grows down from this pointer, which can be the end of the mapping.
      stack = space.table.entry(containing: pointer &- 1)?.range.start
    }
    guard call.childSpace != nil else { return .taskCreated(stack: stack, newProcess: nil) }
    endThread(call.childThread, at: event.when)
    if processes[call.childProcess] == nil {
      admit(call.childProcess, call.childThread, to: childSpace, at: event.when)
    }
    processes[call.childProcess]?.threads.insert(call.childThread)
    var child = Thread(
      process: call.childProcess, name: call.name, stackOrigin: nil, createdAt: event.when)
    if sharesSpace, let pointer = call.stackPointer {
      child.stackOrigin = settle(
        call.childThread, of: call.childProcess, at: pointer, creator: event.thread,
        from: event.callPath, event.when, space)
    } else if !sharesSpace, let origin = threads[event.thread]?.stackOrigin,
      let stack = space.stacks.byOrigin[origin]
    {
      // A forked child keeps running on the caller's stack. Its copies of the other threads' stacks
      // belong to no thread; the C library keeps those for reuse.
      childSpace.stacks.adopt(stack, origin: origin, call.childThread, of: call.childProcess)
      child.stackOrigin = origin
    }
    threads[call.childThread] = child
    return .taskCreated(stack: stack, newProcess: newProcess)
  }

  private func fork(
    _ parent: Space, to key: SpaceKey, _ call: MappingEvent.TaskCreated, by event: MappingEvent
  ) -> Space {
    let child = makeSpace(key, at: event.when)
    child.table = parent.table
    child.accounts = parent.accounts.inherited()
    child.isSeeded = parent.isSeeded
    child.isCompat = call.totals.isCompat
    child.hasLostEvents = parent.hasLostEvents
    child.everLostEvents = parent.everLostEvents
    child.startBreak = parent.startBreak
    child.currentBreak = parent.currentBreak
    if child.isSeeded { child.markBaseline(at: event.when) }
    // The child's table can differ from the parent's. Another thread may have changed the parent between
    // the copy and this record, and a fork leaves out areas with MADV_DONTFORK. Equal sizes prove a copy
    // only while nothing else is uncertain. If the parent was listed after this record, its table may be
    // ahead of it.
    let threadCount = parent.processes.reduce(0) { $0 + (processes[$1]?.threads.count ?? 0) }
    let expected = call.totals.totalPages * machine.pageBytes
    let isCopy =
      threadCount <= 1 && event.when > parent.listedAt && parent.isSeeded
      && !parent.hasLostEvents && (expected == 0 || expected == child.virtualBytes)
    if isCopy { child.doubts = parent.doubts }
    if !parent.isSeeded {
      want(key, .unknown)
    } else if parent.hasLostEvents {
      want(key, .lost)
    } else if !child.doubts.isEmpty {
      want(key, .forked)
    }
    return child
  }

  /// Notes that `thread` runs on the mapping that its stack pointer lies in. Returns the origin of that
  /// mapping; nil when it is no thread stack.
  func settle(
    _ thread: ThreadID, of process: ProcessID, at pointer: UInt64, creator: ThreadID?,
    from path: CallPathID? = nil, _ when: KernelInstant, _ space: Space
  ) -> UInt64? {
    guard let entry = space.table.entry(containing: pointer &- 1) else { return nil }
    let mapping = entry.value
    // A thread can run on other kinds of memory too, but nobody unmaps those as a stack.
    guard mapping.traits.isDisjoint(with: [.file, .heap, .mainStack, .special, .shared]) else {
      return nil
    }
    space.stacks.started(
      origin: mapping.origin,
      stack: space.makeStack(
        around: entry, mappedBy: mapping.callPath.map(canonical), thread: thread,
        process: process, creator: creator, from: path, at: pointer, when),
      thread: thread, process: process, creator: creator, from: path, at: pointer, when)
    return mapping.origin
  }

  func execed(_ event: MappingEvent, _ call: MappingEvent.Execed) -> LedgerChange {
    let old = processes[event.process]
    for thread in old?.threads ?? [] { endThread(thread, at: event.when) }
    leave(event.process)
    guard let key = event.space else {
      // The process is no longer traced.
      processes[event.process] = nil
      return LedgerChange(space: nil, effect: .none)
    }
    unseen[key] = nil
    let space = makeSpace(key, at: event.when)
    space.isCompat = call.totals.isCompat
    space.processes = [event.process]
    space.startBreak = call.totals.startBreak
    space.currentBreak = call.totals.currentBreak
    let main = ThreadID(event.process.raw)
    processes[event.process] = Process(
      id: event.process, space: key, spaceID: space.id, name: call.name, parent: old?.parent,
      executable: call.executable, origin: old?.origin ?? .started,
      since: old?.since ?? event.when, threads: [main])
    threads[call.caller] = nil
    threads[main] = Thread(
      process: event.process, name: call.name, stackOrigin: nil, createdAt: event.when)
    want(key, .execed(event.when))
    return LedgerChange(space: space.id, effect: .execed(newProcess: old == nil))
  }

  func exited(_ event: MappingEvent, last claimed: Bool, withProcess: Bool) -> LedgerChange {
    let name = self.name(of: event.thread, in: event.process)
    let process = processes[event.process]
    let space = process.flatMap { self.space(of: $0.space) }
    // Where the space ends with the process, its threads leave no stacks behind. If another process
    // shares the space, they do.
    if withProcess, space?.processes.count == 1 {
      threads[event.thread] = nil
    } else {
      endThread(event.thread, at: event.when)
    }
    processes[event.process]?.threads.remove(event.thread)
    // Two threads that end at the same time can both see no other thread left. The count of threads
    // here tells which of the two was the last one.
    let last = claimed && processes[event.process]?.threads.isEmpty ?? true
    if last {
      leave(event.process)
      processes[event.process] = nil
    }
    return LedgerChange(space: process?.spaceID, effect: .exited(name: name, last: last))
  }

  func ended(_ event: MappingEvent) -> LedgerChange {
    guard let key = event.space else { return LedgerChange(space: nil, effect: .none) }
    // Drops a rename that waits for this space. Applied later, it would bring the ended space back.
    unseen[key] = nil
    guard let space = space(of: key) else { return LedgerChange(space: nil, effect: .none) }
    return LedgerChange(space: space.id, effect: .spaceEnded(freed: endSpace(key)))
  }

  func renamed(
    _ event: MappingEvent, _ name: ThreadName, leavesScope: Bool
  ) -> LedgerChange {
    // An exec renames the thread before its own record is sent, and that record makes the new space. So
    // the rename belongs to the space where the process was last seen. If the process is not in view, the
    // rename waits for the exec.
    guard let space = processes[event.process]?.spaceID else {
      if let key = event.space { unseen[key] = (event, 0) }
      return LedgerChange(space: nil, effect: .none)
    }
    if leavesScope {
      for thread in processes[event.process]?.threads ?? [] { endThread(thread, at: event.when) }
      leave(event.process)
      processes[event.process] = nil
      // No record will report its end.
      if let key = event.space, self.space(of: key)?.processes.isEmpty == true { endSpace(key) }
      return LedgerChange(space: space, effect: .renamed)
    }
    threads[event.thread]?.name = name
    if event.thread.raw == event.process.raw { processes[event.process]?.name = name }
    return LedgerChange(space: space, effect: .renamed)
  }
}

extension Space {
  /// The thread stack that `entry` is a piece of. Marks all of its pieces as a thread stack.
  fileprivate func makeStack(
    around entry: RangeMap<LiveMapping>.Entry, mappedBy callPath: CallPathID?, thread: ThreadID,
    process: ProcessID, creator: ThreadID?, from path: CallPathID?, at pointer: UInt64,
    _ when: KernelInstant
  ) -> ThreadStack {
    let origin = entry.value.origin
    var range = entry.range
    while let below = table.lastEntry(startingBefore: range.start), below.range.end == range.start,
      below.value.origin == origin || entry.value.isGuarded(by: below)
    {
      range.start = below.range.start
      if below.value.origin != origin { break }
    }
    while let above = table.entry(containing: range.end), above.value.origin == origin {
      range.end = above.range.end
    }
    var guardBytes: UInt64 = 0
    var hasStackFlag = false
    table.update(range) { mapping, portion in
      mapping.traits.insert(.threadStack)
      // A guard from before tracing began was listed as a mapping of its own. It becomes a part of the
      // stack.
      mapping.origin = origin
      if mapping.protection.isEmpty { guardBytes += portion.length }
      if mapping.traits.contains(.stackFlag) { hasStackFlag = true }
    }
    let account = accounts.index(
      of: Origin(kind: .threadStack, callPath: callPath), sized: range.length)
    reaccount(range, to: account, at: when)
    return ThreadStack(
      range: range, liveBytes: range.length, guardBytes: guardBytes, mappedAt: entry.value.born,
      mappedBy: entry.value.thread == 0 ? nil : ThreadID(entry.value.thread),
      mappedCallPath: entry.value.callPath, hasStackFlag: hasStackFlag, thread: thread,
      process: process, creator: creator, createdCallPath: path, pointer: pointer, startedAt: when,
      exitedAt: nil, uses: 1, liveThreads: 1, isCarved: false)
  }
}

extension LiveMapping {
  /// Whether `below`, which lies right below this mapping, is its guard page. Both are from before
  /// tracing began: the kernel lists a stack and its guard as two areas.
  fileprivate func isGuarded(by below: RangeMap<LiveMapping>.Entry) -> Bool {
    isSeeded && below.value.isSeeded && below.value.protection.isEmpty
      && below.value.traits.isDisjoint(with: [.file, .shared, .threadStack])
      && below.range.length <= 1 << 20
  }
}

extension ThreadStacks {
  /// Takes over the stack that the only thread of a forked child keeps running on.
  fileprivate mutating func adopt(
    _ stack: ThreadStack, origin: UInt64, _ thread: ThreadID, of process: ProcessID
  ) {
    var stack = stack
    stack.thread = thread
    stack.process = process
    stack.liveThreads = 1
    stack.exitedAt = nil
    stack.isCarved = false
    byOrigin[origin] = stack
  }
}
