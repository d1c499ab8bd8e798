// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
package import KernelTracer
package import MappingEvents
import MappingLedger
import Pipeline
import Procfs

/// Asking the kernel for its lists, and bringing them to the pipeline.
extension LiveDriver {
  private typealias Found = (space: SpaceSnapshot, tasks: [ListedTask])

  /// Reads the tables that exist before tracing, and joins them with the events recorded since the scope was
  /// set. Returns the processes found.
  package func seed(_ reached: (Int, _ all: Int) -> Void) throws(TracerError) -> Set<ProcessID> {
    for task in try scopedTasks() {
      tracer.addToScope(task.process, space: task.space.isProvisional ? nil : task.space)
    }
    if case .processes(let processes, follow: true) = tracer.spec.scope {
      for process in processes { tracer.addToScope(process, space: nil) }
    }
    let tasks = try scopedTasks()
    var members: [SpaceKey: [ListedTask]] = [:]
    for task in tasks { members[task.space, default: []].append(task) }
    var found: [Found] = []
    // One space at a time where the kernel can. Otherwise it walks each space once for every thread.
    if tracer.probe.hasIteratorOverOneTask || tracer.listsText {
      for (key, tasks) in members {
        let list = try tracer.snapshot(of: key, through: leader(of: tasks), texts: &pipeline.texts)
        if let list { found.append((list.space, tasks)) }
        reached(found.count, members.count)
      }
    } else {
      let areas = try tracer.areas(of: tasks, texts: &pipeline.texts)
      for (key, tasks) in members {
        guard let list = areas[key] else { continue }
        found.append((SpaceSnapshot(key: key, totals: tasks[0].totals, areas: list), tasks))
      }
    }
    join(found, .unknown)
    return Set(found.flatMap(\.tasks).map(\.process))
  }

  /// Asks the kernel about the spaces that the events left unknown.
  func takeWantedSnapshots() {
    for (key, reason) in pipeline.takeWanted() {
      guard let space = pipeline.ledger.space(of: key), let thread = anyThread(of: space)
      else { continue }
      // The thread can be gone by now, and another one be there the next time.
      if !join(key, through: thread, reason) { pipeline.ledger.wantAgain(key, reason) }
      pipeline.take(.viewed(space.key, at: Clock.now))
    }
  }

  /// Lists the space that an exec has just filled: all of it is the window, and what follows finds a
  /// table. False when there was no exec.
  func listExeced() -> Bool {
    guard let key = pipeline.execed else { return false }
    pipeline.execed = nil
    guard let reason = pipeline.ledger.takeWanted(key) else { return true }
    guard let space = pipeline.ledger.space(of: key), let thread = anyThread(of: space),
      let found = try? tracer.snapshot(of: key, through: thread, texts: &pipeline.texts)
    else {
      pipeline.ledger.wantAgain(key, reason)
      return true
    }
    join([found], reason)
    return true
  }

  /// Brings together a space and the kernel's list of it; false when there was none.
  @discardableResult
  func join(_ key: SpaceKey, through thread: ThreadID, _ reason: SnapshotReason) -> Bool {
    drain(upTo: tracer.position)
    endCalls(in: key)
    guard let found = try? tracer.snapshot(of: key, through: thread, texts: &pipeline.texts)
    else { return false }
    join([found], reason)
    return true
  }

  /// Brings together lists and tables. What was recorded while the lists were made is the window, which
  /// comes after them.
  private func join(_ found: [Found], _ reason: SnapshotReason) {
    let end = tracer.position
    let pipeline = pipeline
    pipeline.take(.windowBegan)
    // A record that is being written holds up those after it for a moment.
    while tracer.drainedPosition < end {
      tracer.drain(upTo: end) { record in
        pipeline.take(record)
        return true
      }
    }
    // Not sooner: a record takes its place in the stream a moment before it reads the clock.
    pipeline.take(.joined(JoinedLists(at: Clock.now, reason: reason, spaces: found)))
    if reason == .unknown { for list in found { tracer.noteCode(of: list.space) } }
  }

  /// Finds out which munmaps of a space are over. The list does not decide where one is under way, and a
  /// thread that waits after one would keep what is in doubt there from being settled for two seconds.
  private func endCalls(in key: SpaceKey) {
    var over = pipeline.ledger.callsUnderWay(in: key)
    over = over.filter { ProcessFiles.isWaitingElsewhere($0.key) }
    guard !over.isEmpty else { return }
    // Had one failed, its record is here by now, and what it began has ended with that.
    drain(upTo: tracer.position)
    pipeline.take(.callsEnded(over))
  }

  /// Lists the spaces of which no call tells all, so that what is to be shown of them has to be asked
  /// for: 32-bit ones, whose system calls the tracepoints do not report, and those with mappings that
  /// grow down when they are touched.
  func listUntoldSpaces() {
    // Tests want to see what the calls alone make of a table.
    let asksForGrowing = getenv("BPFLEAK_TRUST_CALLS") == nil
    for space in pipeline.ledger.spaces.values
    where space.isCompat || asksForGrowing && space.hasGrowingStacks {
      guard let thread = anyThread(of: space) else { continue }
      join(space.key, through: thread, .unsure)
    }
  }

  // MARK: Threads

  /// A thread to list a space through: one that leads its process, if any does.
  private func leader(of tasks: [ListedTask]) -> ThreadID {
    (tasks.first { $0.thread.raw == $0.process.raw } ?? tasks[0]).thread
  }

  private func anyThread(of space: Space) -> ThreadID? {
    let threads = space.processes.compactMap { pipeline.ledger.processes[$0]?.threads }
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
