// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

// Which spaces, processes and threads are in view.

extension Ledger {
  func makeSpace(_ key: SpaceKey, at when: KernelInstant) -> Space {
    // The kernel reuses the address of an `mm_struct`. If the key is known, that space has ended.
    if spaces[key] != nil { endSpace(key) }
    let space = Space(id: nextSpaceID, key: key, since: when)
    nextSpaceID += 1
    spaces[key] = space
    return space
  }

  /// Forgets a space. Returns how many bytes were mapped in it.
  @discardableResult
  func endSpace(_ key: SpaceKey) -> UInt64 {
    guard let space = spaces.removeValue(forKey: key) else { return 0 }
    if lastSpace === space { lastSpace = nil }
    wanted[key] = nil
    return space.virtualBytes
  }

  /// The space of an event, made if it is new; nil when the event has no space.
  func spaceInView(_ event: MappingEvent) -> Space? {
    guard let key = event.space else { return nil }
    if let space = space(of: key) { return space }
    if let space = rekey(event.process, key) { return space }
    let space = makeSpace(key, at: event.when)
    want(key, .unknown)
    admit(event.process, event.thread, to: space, at: event.when)
    return space
  }

  /// Gives a space its key that was listed from the text of /proc. The first event of a process in it
  /// has the key.
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

  /// Takes in a process whose start was not seen, because of something that it did.
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

  /// Takes `process` out of its space.
  func leave(_ process: ProcessID) {
    guard let key = processes[process]?.space, let space = space(of: key) else { return }
    space.processes.removeAll { $0 == process }
    space.lastProcess = (process, processes[process]?.name ?? ThreadName())
    // The kernel cannot report the end of a space under a provisional key.
    if space.processes.isEmpty, !machine.reportsSpaceEnd || key.isProvisional { endSpace(key) }
  }

  func endThread(_ id: ThreadID, at when: KernelInstant) {
    guard let thread = threads.removeValue(forKey: id) else { return }
    processes[thread.process]?.threads.remove(id)
    guard let origin = thread.stackOrigin, let key = processes[thread.process]?.space else {
      return
    }
    space(of: key)?.stacks.exited(id, origin: origin, at: when)
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
    // The first thread of the first process runs on the main stack, and can switch to another one for a
    // while. A process made with clone(CLONE_VM) was given a stack.
    let isFirst = task.thread.raw == task.process.raw && space.processes.first == task.process
    if thread.stackOrigin == nil, task.stackPointer != 0, !isFirst {
      thread.stackOrigin = settle(
        task.thread, of: task.process, at: task.stackPointer, creator: nil, when, space)
    }
    threads[task.thread] = thread
  }

  /// Forgets the threads, processes and spaces that a list of the kernel, made at `moment`, does not
  /// have. What came into view after that moment stays.
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
}
