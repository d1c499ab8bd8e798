// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import KernelTracer
import MappingEvents
import MappingLedger
import Procfs
import Recording

extension TraceSession {
  /// Brings in what was there before. All that was recorded since the scope was set joins it.
  func seed() throws(TracerError) {
    var progress = SeedingProgress(live, isQuiet: settings.quiet)
    defer { progress.end() }
    for task in try scopedTasks() {
      tracer.addToScope(task.process, space: task.space.isProvisional ? nil : task.space)
    }
    if case .processes(let processes, follow: true) = tracer.spec.scope {
      for process in processes { tracer.addToScope(process, space: nil) }
    }
    let tasks = try scopedTasks()
    var members: [SpaceKey: [ListedTask]] = [:]
    for task in tasks { members[task.space, default: []].append(task) }
    var found: [(space: SpaceSnapshot, tasks: [ListedTask])] = []
    // One by one where the kernel can, or it goes through each space once for every thread.
    if tracer.hasIteratorOverOneTask || tracer.listsText {
      for (key, tasks) in members {
        let list = try tracer.snapshot(of: key, through: leader(of: tasks), texts: &decoder.texts)
        if let list { found.append((list.space, tasks)) }
        progress.reached(found.count, of: members.count)
      }
    } else {
      let areas = try tracer.areas(of: tasks, texts: &decoder.texts)
      for (key, tasks) in members {
        guard let list = areas[key] else { continue }
        found.append((SpaceSnapshot(key: key, totals: tasks[0].totals, areas: list), tasks))
      }
    }
    sinceSeeding = join(found, .unknown).window
  }

  /// Asks the kernel about the spaces that the events left unknown.
  func takeWantedSnapshots() {
    recorder?.append(.mending)
    for (key, reason) in ledger.takeWanted() {
      guard let space = ledger.space(of: key), let thread = anyThread(of: space) else { continue }
      // The thread can be gone by now, and another one be there the next time.
      if join(key, through: thread, reason) == nil { ledger.wantAgain(key, reason) }
      let now = Clock.now
      recorder?.append(.viewed(space.key, at: now))
      announce(space, at: now)
    }
  }

  /// Lists the space that an exec has just filled, before anything after that exec is taken in: all of
  /// it is the window, and what follows finds a table. False when there was no exec.
  func listExeced() -> Bool {
    guard let key = execed else { return false }
    execed = nil
    guard let reason = ledger.takeWanted(key) else { return true }
    guard let space = ledger.space(of: key), let thread = anyThread(of: space),
      let found = try? tracer.snapshot(of: key, through: thread, texts: &decoder.texts)
    else {
      ledger.wantAgain(key, reason)
      return true
    }
    for event in join([(found.space, found.tasks)], reason).window { take(event) }
    return true
  }

  /// Brings together a space and the kernel's list of it; nil when there was none. What was recorded
  /// while the list was made is the window, which comes after it.
  func join(_ key: SpaceKey, through thread: ThreadID, _ reason: SnapshotReason) -> [Drift]? {
    drain(upTo: tracer.position)
    endCalls(in: key)
    guard
      let found = try? tracer.snapshot(of: key, through: thread, texts: &decoder.texts)
    else { return nil }
    let (drift, window) = join([(found.space, found.tasks)], reason)
    for event in window { take(event) }
    return drift
  }

  /// Finds out which munmaps of a space are over. The list does not decide where one is under way, and a
  /// thread that waits after one would keep what is in doubt there from being settled for two seconds.
  private func endCalls(in key: SpaceKey) {
    var over = ledger.callsUnderWay(in: key)
    over = over.filter { ProcessFiles.isWaitingElsewhere($0.key) }
    guard !over.isEmpty else { return }
    // Had one failed, its record is here by now, and what it began has ended with that.
    drain(upTo: tracer.position)
    recorder?.append(.callsEnded(over))
    ledger.endCalls(over)
  }

  /// Answers the differences there were, and the window, which is still to be taken in.
  private func join(
    _ found: [(space: SpaceSnapshot, tasks: [ListedTask])], _ reason: SnapshotReason
  ) -> (drift: [Drift], window: [MappingEvent]) {
    let end = tracer.position
    recorder?.append(.window)
    var window: [MappingEvent] = []
    // A record that is being written holds up those after it for a moment.
    while tracer.drainedPosition < end {
      tracer.drain(upTo: end) {
        if let event = decode($0) { window.append(event) }
        return true
      }
    }
    // Not sooner: a record takes its place in the stream a moment before it reads the clock.
    let lists = JoinedLists(at: Clock.now, reason: reason, spaces: found)
    recorder?.append(.joined(lists), texts: decoder.texts)
    let drift = join(lists, window)
    if reason == .unknown { for list in found { tracer.noteCode(of: list.space) } }
    return (drift, window)
  }

  /// Answers the differences there were.
  func join(_ lists: JoinedLists, _ window: [MappingEvent]) -> [Drift] {
    let drift = lists.spaces.flatMap {
      ledger.merge($0.space, at: lists.when, reason: lists.reason, window: window)
    }
    // The tables come first: they tell what each thread's stack lies in.
    for task in lists.spaces.flatMap(\.tasks) { ledger.admit(task, at: lists.when) }
    return drift
  }

  /// Lists the spaces of which no call tells all, so that what is to be shown of them has to be asked
  /// for: 32-bit ones, whose system calls the tracepoints do not report, and those with mappings that
  /// grow down when they are touched.
  func listUntoldSpaces() {
    // Tests want to see what the calls alone make of a table.
    let asksForGrowing = getenv("BPFLEAK_TRUST_CALLS") == nil
    for space in ledger.spaces.values
    where space.isCompat || asksForGrowing && space.hasGrowingStacks {
      guard let thread = anyThread(of: space) else { continue }
      _ = join(space.key, through: thread, .unsure)
    }
  }

  /// After a loss: who is alive now, whatever the lost records said.
  func relistTasks() {
    drain(upTo: tracer.position)
    let now = Clock.now
    guard let tasks = try? scopedTasks() else { return }
    recorder?.append(.relisted(tasks, at: now))
    take(tasks, asOf: now)
  }

  /// Who was alive at a moment.
  func take(_ tasks: [ListedTask], asOf now: KernelInstant) {
    for task in tasks { ledger.admit(task, at: now) }
    ledger.keepOnly(tasks, asOf: now)
  }

  /// A thread to list a space through: one that leads its process, if any does.
  private func leader(of tasks: [ListedTask]) -> ThreadID {
    (tasks.first { $0.thread.raw == $0.process.raw } ?? tasks[0]).thread
  }

  private func anyThread(of space: Space) -> ThreadID? {
    let threads = space.processes.compactMap { ledger.processes[$0]?.threads }
    let leaders = space.processes.map { ThreadID($0.raw) }
    return zip(leaders, threads).first { $1.contains($0) }?.0
      ?? threads.first { !$0.isEmpty }?.first
  }

  /// The threads that are in scope now, whoever shares a space with what was asked for included.
  func scopedTasks() throws(TracerError) -> [ListedTask] {
    let own = ProcessID(UInt32(getpid()))
    let tasks = try tracer.tasks().filter { $0.process != own }
    switch tracer.spec.scope {
    case .system:
      return tasks
    case .processes(_, follow: true):
      // The command has not begun, and its space is the trampoline's until it does.
      return tasks.filter { tracer.isInScope($0.space) }
    case .processes(let processes, follow: false):
      let wanted = Set(processes)
      return sharing(tasks) { wanted.contains($0.process) || tracer.isInScope($0.space) }
    case .name(let name):
      let leaders = Set(
        tasks.filter { $0.thread.raw == $0.process.raw && $0.name.text == name }.map(\.process))
      return sharing(tasks) { leaders.contains($0.process) || tracer.isInScope($0.space) }
    case .cgroup(let path):
      let members = Set(processes(inCgroup: path))
      return sharing(tasks) { members.contains($0.process) || tracer.isInScope($0.space) }
    }
  }

  private func sharing(
    _ tasks: [ListedTask], _ isWanted: (ListedTask) -> Bool
  ) -> [ListedTask] {
    let spaces = Set(tasks.filter(isWanted).map(\.space))
    return tasks.filter { spaces.contains($0.space) }
  }
}
