// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
public import MappingLedger

/// Telling sinks of events, with what the machine has to be asked for them.
extension Pipeline {
  func tell(_ event: MappingEvent, _ change: LedgerChange) {
    if case .unmapFailed = event.fact { return tell(event, change, path: nil) }
    let introduces = needs.contains(.processes)
    if introduces { introduceCaller(of: event, change) }
    var path: String?
    if eventSinks.contains(where: { $0.wantsPath(of: event, change) }) {
      path = self.path(of: event, change)
    }
    tell(event, change, path: path)
    if introduces { introduceChild(of: event, change) }
  }

  private func tell(_ event: MappingEvent, _ change: LedgerChange, path: String?) {
    for sink in eventSinks { sink.took(event, change, path: path, self) }
  }

  // MARK: Processes

  func introduce(_ space: Space, at when: KernelInstant) {
    for process in space.processes { introduce(process, at: when) }
  }

  private func introduceCaller(of event: MappingEvent, _ change: LedgerChange) {
    // A process may have been there before its first hook was attached, and be gone before it could
    // be listed.
    if !introductions.isKnown(event.process) { introduce(event.process, at: event.when) }
    if case .execed(newProcess: true) = change.effect { introduce(event.process, at: event.when) }
    noteExec(event)
  }

  private func introduceChild(of event: MappingEvent, _ change: LedgerChange) {
    switch change.effect {
    case .taskCreated(_, let process?): introduce(process, at: event.when)
    case .exited(_, last: true): introductions.forget(event.process)
    case .none, .mapped, .unmapped, .restored, .moved, .protected, .breakMoved, .attached,
      .detached, .taskCreated, .execed, .exited, .spaceEnded, .renamed, .unsure:
      break
    }
  }

  /// Says once that a process is in view, and who it is.
  func introduce(_ id: ProcessID, at when: KernelInstant) {
    guard needs.contains(.processes), var process = ledger.processes[id],
      introductions.since(id) != process.since, let space = ledger.space(of: process.space)
    else { return }
    var identity: ProcessIdentity
    if process.origin == .forked, let parent = process.parent.flatMap(introductions.identity) {
      // As its parent was: by the time anybody looks it may execute another program, or be gone.
      identity = parent
    } else {
      identity = machine.identity(of: id)
      let known = decoder.texts[process.executable]
      if identity.executable == nil, !known.isEmpty { identity.executable = known }
    }
    introductions.note(id, since: process.since, identity)
    if process.parent == nil, facts.scope.command == id { process.parent = facts.ownProcess }
    let introduction = Introduction(
      process: process, identity: identity, space: space.id, when: when)
    for sink in sinks where sink.needs.contains(.processes) {
      sink.introduced(introduction, self)
    }
  }

  /// Notes the program that a process executes now. The path of one that was named relative to the
  /// working directory has to be asked for.
  private func noteExec(_ event: MappingEvent) {
    guard case .execed(let call) = event.fact, let since = introductions.since(event.process)
    else { return }
    let name = decoder.texts[call.executable]
    if name.hasPrefix("/") {
      introductions.setExecutable(name, of: event.process)
    } else if since != event.when {
      let executable = machine.identity(of: event.process).executable ?? name
      introductions.setExecutable(executable, of: event.process)
    }
  }

  // MARK: Paths

  private func path(of event: MappingEvent, _ change: LedgerChange) -> String? {
    if case .execed = event.fact { return introductions.identity(event.process)?.executable }
    guard case .mapped(let call) = event.fact, let file = call.file,
      case .mapped(let range, _) = change.effect
    else { return nil }
    return path(of: file.identity, in: event.process, at: range, descriptor: file.descriptor)
  }

  /// The path of a mapped file, found once for each file.
  private func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    let known = decoder.texts[ledger.path(of: file)]
    if !known.isEmpty { return known }
    guard paths.isWorthAsking(file) else { return nil }
    guard let found = machine.path(of: file, in: process, at: range, descriptor: descriptor) else {
      paths.noteMiss(file)
      return nil
    }
    ledger.setPath(decoder.texts.intern(found), of: file)
    return found
  }

  /// Looks anew for paths that were missing: one may be known by now.
  public func forgetMissingPaths() { paths.forgetMisses() }

  /// Finds the paths that the events did not tell; each file is looked for while it is mapped.
  public func findPaths(of space: Space) {
    guard let process = space.processes.first else { return }
    var unknown: [(AddressRange, FileIdentity)] = []
    space.table.forEach(in: .everything) { entry in
      guard entry.value.file != .none else { return }
      let file = ledger.files[entry.value.file]
      if file.path == TextTable.empty { unknown.append((entry.range, file.identity)) }
    }
    for (range, file) in unknown {
      _ = path(of: file, in: process, at: range, descriptor: -1)
    }
  }
}

/// Processes that sinks were told of and that are alive, with who they are.
struct Introductions {
  private var known: [ProcessID: (since: KernelInstant, identity: ProcessIdentity)] = [:]

  func isKnown(_ process: ProcessID) -> Bool { known[process] != nil }

  /// When it came into view; an id can come again for another process.
  func since(_ process: ProcessID) -> KernelInstant? { known[process]?.since }

  func identity(_ process: ProcessID) -> ProcessIdentity? { known[process]?.identity }

  mutating func note(_ process: ProcessID, since: KernelInstant, _ identity: ProcessIdentity) {
    known[process] = (since, identity)
  }

  mutating func setExecutable(_ path: String, of process: ProcessID) {
    known[process]?.identity.executable = path
  }

  mutating func forget(_ process: ProcessID) { known[process] = nil }
}

/// Files whose path was looked for in vain. To look in vain takes long, and a loader maps each file
/// several times; so each is looked for once between two judgements.
struct FilePaths {
  private var misses: Set<FileIdentity> = []

  func isWorthAsking(_ file: FileIdentity) -> Bool { !misses.contains(file) }

  mutating func noteMiss(_ file: FileIdentity) { misses.insert(file) }

  mutating func forgetMisses() { misses.removeAll(keepingCapacity: true) }
}
