// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import KernelTracer
import LeakDetection
import MappingEvents
import MappingLedger
import Renderers
import Reporting

extension TraceSession {
  // MARK: NDJSON

  func writeStart() {
    if settings.form == .ndjson, settings.wants("start") {
      lines.write(
        StreamStart(
          when: began, version: facts.version, kernel: facts.kernel,
          architecture: facts.architecture, wall: facts.wall, processes: boundProcesses,
          attached: facts.hooks.map { ($0.name, $0.kind) }))
    }
    for space in ledger.spaces.values.sorted(by: { $0.id < $1.id }) { announce(space, at: began) }
  }

  private var boundProcesses: [ProcessID]? {
    switch tracer.spec.scope {
    case .system: nil
    case .processes(let processes, _): processes
    case .name, .cgroup: ledger.processes.keys.sorted()
    }
  }

  /// The line of an event, and of a process that it brought into view.
  func writeLine(_ event: MappingEvent, _ change: LedgerChange) {
    if case .unmapFailed = event.fact { return takeBack(event, change) }
    // A call that has no line of its own must not take back an earlier one.
    if case .unmapping = event.fact { unmapLines[event.thread] = nil }
    // One that was there before its first hook was attached, and may be gone before it could be listed.
    if announced[event.process] == nil { announce(event.process, at: event.when) }
    if case .execed(newProcess: true) = change.effect { announce(event.process, at: event.when) }
    noteExec(event)
    if settings.wants(event.typeName), change.effect.length >= settings.leastBytes {
      let start = lines.count
      let context = EventContext(
        ledger: ledger, texts: decoder.texts, path: path(of: event, change))
      let isWritten = lines.write(event, change, in: context)
      if isWritten, let space = change.space {
        owe(
          event.callPath, before: start,
          LineSubject(
            when: event.when, process: event.process,
            name: ledger.name(of: event.thread, in: event.process).text, space: space,
            thread: event.thread))
      }
      if isWritten, case .unmapped = change.effect {
        unmapLines[event.thread] = start..<lines.count
      }
    }
    switch change.effect {
    case .taskCreated(_, let process?): announce(process, at: event.when)
    case .exited(_, last: true): announced[event.process] = nil
    default: break
    }
    if lines.count > 1 << 18 { flush() }
  }

  /// A munmap failed: its line goes if it is not out yet, else another takes it back.
  private func takeBack(_ event: MappingEvent, _ change: LedgerChange) {
    guard let space = change.space else { return }
    // What it took is not known any more when the kernel has to be asked.
    var bytes: UInt64?
    if case .restored(let known) = change.effect { bytes = known }
    if let line = unmapLines.removeValue(forKey: event.thread) {
      lines.remove(line)
      for (thread, other) in unmapLines where other.lowerBound > line.lowerBound {
        unmapLines[thread] = other.lowerBound - line.count..<other.upperBound - line.count
      }
      stacks.linesMoved(from: line.upperBound, by: -line.count)
    } else if bytes != 0, settings.wants("munmap") {
      lines.writeUnmapFailed(
        event, space: space, restored: bytes ?? 0,
        name: ledger.name(of: event.thread, in: event.process).text)
    }
  }

  func announce(_ space: Space, at when: KernelInstant) {
    for process in space.processes { announce(process, at: when) }
  }

  /// Says once that a process is in view.
  func announce(_ id: ProcessID, at when: KernelInstant) {
    let isShown = settings.form == .ndjson && settings.wants("process")
    guard isShown || recorder != nil, var process = ledger.processes[id],
      announced[id]?.since != process.since, let space = ledger.space(of: process.space)
    else { return }
    var told = AnnouncedProcess(since: process.since)
    if process.origin == .forked, let parent = process.parent.flatMap({ announced[$0] }) {
      // As its parent was: by the time anybody looks it may execute another program, or be gone.
      (told.executable, told.cgroup) = (parent.executable, parent.cgroup)
    } else {
      (told.executable, told.cgroup) = origin(of: id)
      let known = decoder.texts[process.executable]
      if told.executable == nil, !known.isEmpty { told.executable = known }
    }
    announced[id] = told
    guard isShown else { return }
    if process.parent == nil, isCommand(id) { process.parent = facts.ownProcess }
    lines.write(
      process,
      LineSubject(when: when, process: id, name: process.name.text, space: space.id),
      exe: told.executable, cgroup: told.cgroup)
  }

  /// Whether it is the one that the command line had started.
  private func isCommand(_ id: ProcessID) -> Bool {
    !settings.command.isEmpty && boundProcesses?.first == id
  }

  /// Notes the program that a process executes now. Where one lies that was named relative to the working
  /// directory has to be looked up.
  func noteExec(_ event: MappingEvent) {
    guard case .execed(let call) = event.fact, let told = announced[event.process] else { return }
    let name = decoder.texts[call.executable]
    if name.hasPrefix("/") {
      announced[event.process]?.executable = name
    } else if told.since != event.when {
      announced[event.process]?.executable = origin(of: event.process).executable ?? name
    }
  }

  func path(of event: MappingEvent, _ change: LedgerChange) -> String? {
    if case .execed = event.fact { return announced[event.process]?.executable }
    guard case .mapped(let call) = event.fact, let file = call.file,
      case .mapped(let range, _) = change.effect
    else { return nil }
    return path(of: file.identity, in: event.process, at: range, descriptor: file.descriptor)
  }

  /// The path of a mapped file, found once for each file.
  private func path(
    of identity: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    let known = decoder.texts[ledger.path(of: identity)]
    if !known.isEmpty { return known }
    guard let found = findPath(of: identity, in: process, at: range, descriptor: descriptor) else {
      return nil
    }
    ledger.setPath(decoder.texts.intern(found), of: identity)
    return found
  }

  func writeEnd(at now: KernelInstant) {
    if settings.wants("leak") {
      for leak in leakReports(at: now) { write(leak, isFinal: true, at: now) }
    }
    guard settings.wants("summary") else { return }
    lines.writeSummary(
      coverage, spaces: ledger.spaces.count,
      leaks: book.verdicts.count { $0.standing == .leaking }, duration: now.since(began), at: now)
  }

  /// SIGUSR1: every live mapping that is in scope; nothing where the output is one whole file.
  func dump() {
    if settings.form.isWrittenAtEnd { return }
    pump(mendsNow: true)
    listUntoldSpaces()
    // What was looked for in vain a moment ago, in the middle of a loader's work, may be there by now.
    pathless.removeAll(keepingCapacity: true)
    let now = Clock.now
    recorder?.append(.dumped(at: now))
    writeDump(at: now)
  }

  func writeDump(at now: KernelInstant) {
    let spaces = ledger.spaces.values.filter { !$0.processes.isEmpty }.sorted { $0.id < $1.id }
    if settings.form == .text {
      for space in spaces {
        let report = focus(on: space, isFinal: false, at: now)
        output.write(renderText(report, mostMappings: .max))
      }
      return
    }
    var count = 0
    for space in spaces {
      resolvePaths(of: space)
      guard let process = space.processes.first else { continue }
      let subject = LineSubject(
        when: now, process: process, name: ledger.processes[process]?.name.text ?? "",
        space: space.id)
      for row in mappingRows(of: space, ledger, decoder.texts)
      where row.range.length >= settings.leastBytes {
        if settings.wants("mapping") {
          let start = lines.count
          lines.write(row, subject)
          owe(row.callPath, before: start, subject)
        }
        count += 1
        if lines.count > 1 << 18 { flush() }
      }
    }
    if settings.wants("snapshot") {
      lines.writeSnapshot(mappings: count, spaces: spaces.count, at: now)
    }
    flush()
  }

  // MARK: Verdicts

  func publish(_ news: [Verdict], at now: KernelInstant) {
    // While the process is there: the next report may be too late for its symbols.
    for verdict in news where verdict.standing != .withdrawn { _ = callPath(of: verdict) }
    let isShown = settings.form == .ndjson && settings.wants("leak")
    // A recording has what was asked about a verdict with the judgement, and so finds it a replay.
    if recorder != nil || tracer.isRecording {
      for verdict in news {
        let leak = leakReport(verdict, at: now)
        if isShown { write(leak, isFinal: false, at: now) }
      }
    } else if isShown {
      unpublished += news.map { ($0, now.later(by: 2_000_000_000)) }
      writeNews(at: now)
    }
  }

  /// Writes the verdicts whose symbols are there, or don't come.
  func writeNews(at now: KernelInstant, isLast: Bool = false) {
    while let (verdict, deadline) = unpublished.first,
      isLast || now >= deadline || hasSymbols(verdict)
    {
      unpublished.removeFirst()
      write(leakReport(verdict, at: now), isFinal: false, at: now)
    }
  }

  private func write(_ leak: LeakReport, isFinal: Bool, at now: KernelInstant) {
    let verdict = leak.verdict
    let start = lines.count
    lines.write(leak, isFinal: isFinal, at: now)
    owe(
      verdict.callPath, before: start,
      LineSubject(
        when: now, process: verdict.process, name: verdict.processName,
        space: verdict.subject.space))
  }

  func publishGrowth(at now: KernelInstant) {
    guard settings.form == .ndjson, settings.wants("growth") else { return }
    for growth in growthBook.news(ledger, blamed: book.verdicts, at: now) {
      lines.write(GrowthReport(growth), at: now)
    }
  }

  func leakReports(at now: KernelInstant) -> [LeakReport] {
    book.verdicts.map { leakReport($0, at: now) }
  }

  private func leakReport(_ verdict: Verdict, at now: KernelInstant) -> LeakReport {
    let ranges = verdict.ranges.map { AddressRange(start: $0.start, end: $0.end) }
    return LeakReport(
      verdict,
      residentBytes: residentBytes(of: ranges, in: verdict.process),
      callPath: callPath(of: verdict), limit: limit(of: verdict), at: now)
  }

  /// The limit that a leak runs into, while its process is there.
  private func limit(of verdict: Verdict) -> MemoryLimit? {
    guard verdict.standing != .withdrawn, let key = ledger.processes[verdict.process]?.space,
      let space = ledger.space(of: key), space.id == verdict.subject.space
    else { return nil }
    let time = verdict.last.since(verdict.first)
    // What came in that time, by the areas that the kernel counts.
    let came = verdict.subject.kind == .heap ? 0 : max(0, verdict.count - 1) * verdict.areasEach
    return limits(of: space, in: verdict.process).nearest(
      bytesPerMinute: verdict.bytesPerMinute,
      countPerMinute: time > 0 ? Double(came) / Double(time) * 60e9 : 0)
  }

  // MARK: Text

  /// The sizes from which reports count growth, of what is new.
  func noteFirstSizes(at now: KernelInstant) {
    guard settings.form == .text || settings.form == .html || recorder != nil else { return }
    assembler.begin(ledger, at: now) { space in
      space.processes.first.flatMap { residentBytes(of: $0) }
    }
  }

  func report(isFinal: Bool, at now: KernelInstant) {
    if !isFinal { recorder?.append(.reported(at: now)) }
    // Who only records, or replays, sees the last one.
    if settings.form != .text {
      // Whose charts show sizes over time.
      if settings.form == .html {
        _ = systemReport(isFinal: false, at: now)
      }
      return inquire(at: now)
    }
    let isWatched = recorder == nil && !tracer.isRecording
    var text: String
    // After a live view the verdict is to stay on the screen, not the end of a long table.
    let isShort = isFinal && wasLive
    let columns = output.isTerminal ? min(100, MeminfoScreen()?.columns ?? 100) : 100
    if let space = onlySpaceToTell {
      var focus = focus(on: space, isFinal: isFinal, at: now)
      fillResidentBytes(of: &focus)
      text = renderText(
        focus, columns: columns, mostMappings: isShort ? 0 : 200, mostGroups: isShort ? 8 : 30,
        showsRules: settings.verbose)
    } else {
      text = renderText(
        systemReport(isFinal: isFinal, at: now),
        columns: columns, mostRows: isShort ? 15 : 40, showsRules: settings.verbose)
    }
    guard isFinal || isWatched else { return }
    if !isFinal { text += "\n" }
    output.write(text)
  }

  /// The space that a report can be about alone; nil when there are others, or were and leaked.
  private var onlySpaceToTell: Space? {
    if settings.focus != nil { return focusedSpace }
    guard tracer.spec.scope.isBoundToProcesses else { return nil }
    let spaces = ledger.spaces.values.filter { !$0.processes.isEmpty }
    guard spaces.count == 1, let space = spaces.first,
      book.verdicts.allSatisfy({ $0.subject.space == space.id })
    else { return nil }
    return space
  }

  /// The space of the process that alone is asked about.
  var focusedSpace: Space? {
    settings.focus.flatMap { focus in
      ledger.spaces.values.first { $0.processes.contains(focus) }
    }
  }

  /// What is in scope, or of it what is asked about.
  func systemReport(isFinal: Bool, at now: KernelInstant) -> SystemReport {
    var report = assembler.system(ledger, surroundings(isFinal: isFinal, at: now), at: now)
    if settings.focus != nil {
      let space = focusedSpace?.id
      report.rows.removeAll { $0.space != space }
      report.leaks.removeAll { $0.verdict.subject.space != space }
    }
    return report
  }

  func focus(on space: Space, isFinal: Bool, at now: KernelInstant) -> FocusReport {
    resolvePaths(of: space)
    return assembler.focus(
      on: space, ledger, decoder.texts, surroundings(isFinal: isFinal, at: now),
      leastBytes: settings.leastBytes, at: now, origin: origin)
  }

  /// Where what is mapped through a stack comes from, in a few words.
  func origin(of id: CallPathID) -> String? { stacks.book[id]?.origin }

  func surroundings(
    isFinal: Bool, at now: KernelInstant
  ) -> ReportAssembler.Surroundings {
    ReportAssembler.Surroundings(
      coverage: coverage, residentBytes: residentSizes(), leaks: leakReports(at: now),
      isFinal: isFinal)
  }

  /// Finds the paths that the events did not tell; each file is looked for while it is mapped.
  func resolvePaths(of space: Space) {
    guard let process = space.processes.first else { return }
    var unknown: [(AddressRange, FileIdentity)] = []
    space.table.forEach(in: .everything) { entry in
      guard entry.value.file != .none else { return }
      let file = ledger.files[entry.value.file]
      if file.path == TextTable.empty { unknown.append((entry.range, file.identity)) }
    }
    for (range, identity) in unknown {
      _ = path(of: identity, in: process, at: range, descriptor: -1)
    }
  }
}

extension MappingEvent {
  /// The NDJSON type of its line.
  var typeName: String {
    switch fact {
    case .mapped: "mmap"
    case .unmapping, .unmapFailed: "munmap"
    case .remapping, .remapped: "mremap"
    case .protected: "mprotect"
    case .breakSet: "brk"
    case .attached: "shmat"
    case .detaching: "shmdt"
    case .taskCreated: "clone"
    case .execed: "exec"
    case .taskExited: "exit"
    case .spaceEnded, .renamed, .unsure: ""
    }
  }
}

extension LedgerChange.Effect {
  /// Bytes of the mapping that an event was about; those about none are never too small to show.
  var length: UInt64 {
    switch self {
    case .mapped(let range, _), .unmapped(let range, _), .moved(_, let range),
      .protected(let range, _), .attached(let range), .detached(let range, _):
      range.length
    case .none, .restored, .breakMoved, .taskCreated, .execed, .exited, .spaceEnded, .renamed,
      .unsure:
      .max
    }
  }
}

/// What the line of a process said, or would say now.
struct AnnouncedProcess {
  /// When it came into view.
  var since: KernelInstant
  var executable: String?
  var cgroup: String?
}
