// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import KernelTracer
import LeakDetection
import MappingEvents
import MappingLedger
import Procfs
import Recording
import Renderers
import Reporting

/// One run of tracing: joins the stream of events with the ledger, the verdicts and the output.
final class TraceSession {
  let settings: TraceSettings
  var tracer: EventSource
  let facts: StartFacts
  /// Keeps what the session takes in; nil when nobody asked for it.
  var recorder: Recorder?
  /// What was asked of the machine, where a recording is replayed.
  var answers = RecordedAnswers()
  /// Files whose path was looked for in vain since verdicts were judged last.
  var pathless: Set<FileIdentity> = []
  let ledger: Ledger
  var decoder = RecordDecoder()
  var book = VerdictBook()
  var stacks: StackAccount
  var growthBook = GrowthBook()
  /// Of spaces that ended, for an output that is written when all is over.
  var endedSamples: [ProfileSample] = []
  /// Verdicts to be told once their symbols are there, and when at the latest.
  var unpublished: [(Verdict, deadline: KernelInstant)] = []
  var coverage = Coverage()
  let output: Output
  var lines: JSONLines
  var assembler: ReportAssembler
  /// Nil where reports are text or lines.
  var live: LiveDisplay?
  /// The live view has ended, and with it the run.
  private(set) var wasLive = false
  let began: KernelInstant
  let beganWall: Clock.Wall
  /// Lines of munmap calls that are still in `lines`, by thread: they may turn out to have failed.
  var unmapLines: [ThreadID: Range<Int>] = [:]
  /// Processes that a line was written for and that are alive.
  var announced: [ProcessID: AnnouncedProcess] = [:]
  /// The number of the audit in which each space, by id, had its turn.
  var lastChecked: [Int: Int] = [:]
  var auditCount = 0
  /// What was recorded while the first lists were made: its lines come after the first one.
  var sinceSeeding: [MappingEvent] = []
  private var lostBefore: UInt64 = 0
  private var isStopping = false
  /// Records were lost: who is alive has to be asked.
  private var needsRelisting = false
  private var mendAt: UInt64 = 0
  /// Looks in a row that found nothing to do.
  private var idleLooks = 0
  /// The space of an exec just taken in, which is worth a list at once.
  var execed: SpaceKey?

  /// How long the ring may fill unlooked at, in milliseconds: far less than it takes to fill.
  private static let pollMilliseconds: Int32 = 50
  /// How long nobody looks when nothing happens: the next record, key or signal ends it.
  private static let restMilliseconds: Int32 = 500
  /// After so many looks at an empty ring.
  private static let restAfter = 4
  private static let mendEvery: UInt64 = 20_000_000
  private static let judgeEvery: UInt64 = 500_000_000
  /// How long the end waits for stacks, twice: who said stop wants it to.
  private static let lastWait: UInt64 = 1_000_000_000

  /// Runs until it is told or has reason to stop; answers the exit status.
  static func run(_ settings: TraceSettings) throws(Failure) -> Int32 {
    let probe = Probe()
    try checkPrivilegeAndTargets(settings, probe)
    // From here on a signal asks for a report, also while the tables are still being read.
    let reporting = StopSignals.stopping + [SIGUSR1, SIGUSR2]
    var signals = StopSignals(reporting)
    let output = try Output(path: settings.outputPath)
    var live = display(for: settings, output)
    if live != nil { signals = StopSignals(reporting + [SIGWINCH, SIGTSTP]) }
    let recording = try settings.recordingPath.map { (path) throws(Failure) in
      try Output(path: path)
    }
    var scope = TracerSpec.Scope.system
    var child: ChildCommand?
    if !settings.command.isEmpty {
      let started = try ChildCommand.start(
        RawArguments.afterTerminator,
        sharesOutput: settings.form == .text
          || settings.form.isWrittenAtEnd && settings.outputPath != nil)
      scope = .processes([started.process], follow: true)
      child = consume started
    } else if !settings.processes.isEmpty {
      scope = .processes(settings.processes, follow: false)
    } else if let name = settings.scope.comm {
      scope = .name(name)
    } else if let path = settings.scope.cgroup {
      scope = .cgroup(path: try controlGroupDirectory(path))
    }
    let session: TraceSession
    do throws(TracerError) {
      let ringBytes = getenv("BPFLEAK_RING_BYTES").flatMap { Int(String(cString: $0)) } ?? 8 << 20
      var tracer = try Tracer.load(
        TracerSpec(
          scope: scope, ringBytes: ringBytes, verbose: settings.verbose,
          listsText: getenv("BPFLEAK_LISTING") != nil, stacks: settings.stacks,
          stackBytes: settings.stackBytes), probe)
      try tracer.attach()
      let facts = StartFacts(tracer, settings)
      session = TraceSession(settings, .kernel(tracer), facts, output)
      session.recorder = recording.map { Recorder(facts, $0) }
      // The only owner from here on: it gives the terminal back when it goes.
      session.live = live.take()
      try session.seed()
    } catch {
      throw .tracer(error)
    }
    // Asked of the tables: an ended process keeps its place in /proc until its parent looks at it.
    if let gone = settings.processes.first(where: { session.ledger.processes[$0] == nil }) {
      throw .noMemory(gone)
    }
    return try session.loop(child, signals)
  }

  private static func checkPrivilegeAndTargets(
    _ settings: TraceSettings, _ probe: Probe
  ) throws(Failure) {
    if let obstacle = probe.obstacle { throw .tracer(obstacle) }
    for process in settings.processes {
      if process.raw == UInt32(getpid()) { throw .ownProcess(process) }
      if !ProcessFiles(process).exists { throw .noSuchProcess(process) }
      if let owner = ProcessFiles(process).owner, owner != process {
        throw .threadOf(owner, id: process)
      }
    }
    if let path = settings.scope.cgroup { _ = try controlGroupDirectory(path) }
  }

  init(
    _ settings: TraceSettings, _ source: consuming EventSource, _ facts: StartFacts,
    _ output: Output
  ) {
    self.settings = settings
    self.output = output
    self.facts = facts
    lines = JSONLines(ownProcess: facts.ownProcess)
    stacks = StackAccount(resolves: settings.stacks != .none && !source.isRecording)
    began = facts.began
    beganWall = Clock.Wall(text: facts.wall, unixNanoseconds: facts.wallNanoseconds)
    var machine = Ledger.Machine(
      pageBytes: facts.pageBytes, hugePageBytes: facts.hugePageBytes,
      reportsSpaceEnd: facts.reportsSpaceEnd)
    machine.sharedMemoryDevices = facts.sharedMemoryDevices
    ledger = Ledger(machine: machine)
    assembler = ReportAssembler(
      version: facts.version, scope: facts.scope.name, began: began)
    tracer = source
  }

  // MARK: The loop

  private func loop(
    _ child: consuming ChildCommand?, _ signals: StopSignals
  ) throws(Failure) -> Int32 {
    if settings.form == .ndjson || recorder != nil { writeStart() }
    // Kept back until the command has begun: nothing is written of a run that does not come to be.
    let opening = lines.bytes
    lines.removeAll()
    for event in sinceSeeding { take(event) }
    sinceSeeding = []
    let isBound = tracer.spec.scope.isBoundToProcesses
    let signalled = signals.makeDescriptor()
    var command: RunningCommand?
    if let child {
      try child.begin()
      command = RunningCommand(child.process)
    }
    output.begin()
    recorder?.begin()
    output.write(opening)
    if settings.form.isWrittenAtEnd { announceEnd() }
    // The child has begun, and keeps the priority it was given.
    takePrecedence()
    var isWaitingForFirst = command != nil
    let start = Clock.now
    let end = start.later(by: settings.duration ?? .max)
    openOnlySpace()
    judge(at: start)
    var reportAt = live == nil ? start.later(by: settings.interval) : start
    var auditAt = start.later(by: settings.auditEvery ?? .max)
    var judgeAt = start.later(by: Self.judgeEvery)
    while !isStopping {
      let next = min(end, reportsMeanwhile ? reportAt : end)
      wait(until: next, signalled.raw)
      while let signal = signals.take() {
        if !serve(signal) { isStopping = true }
      }
      pump()
      let now = Clock.now
      if now >= judgeAt {
        judge(at: now)
        judgeAt = now.later(by: Self.judgeEvery)
      }
      if now >= auditAt {
        audit()
        auditAt = Clock.now.later(by: settings.auditEvery ?? .max)
      }
      if now >= end { isStopping = true }
      if isBound, ledger.processes.isEmpty, !isWaitingForFirst { isStopping = true }
      if !ledger.processes.isEmpty { isWaitingForFirst = false }
      if isWaitingForFirst, command?.hasEnded() == true { isStopping = true }
      let isDue = reportsMeanwhile && now >= reportAt && !isStopping
      if live != nil, !serveLive(figuresAreDue: isDue, at: now) { isStopping = true }
      if isDue {
        if live == nil { report(isFinal: false, at: now) }
        reportAt = max(reportAt.later(by: settings.interval), now)
      }
      flush()
      recorder?.flush(at: now)
      if output.isClosed || recorder?.isClosed == true { break }
    }
    // Gives the terminal back: the last report is to stay on it.
    wasLive = live != nil
    live = nil
    // Detaching takes the kernel most of a second; the end of this process does it as well.
    if !output.isClosed {
      pump(mendsNow: true)
      // Of all stacks, then of the symbols that verdicts need.
      awaitStacks(Self.lastWait)
      judge(at: Clock.now)
      for verdict in book.verdicts { _ = callPath(of: verdict) }
      awaitStacks(Self.lastWait)
      finish(at: Clock.now)
    }
    try recorder?.close()
    if let recorder, !settings.quiet { Main.say(recorder.summary) }
    if let ending = ending(of: command), !settings.quiet { Main.say(ending) }
    let status = try status()
    if let sentence = writtenSentence { Main.say(sentence) }
    return status
  }

  /// Of the whole run, once it is over.
  func status() throws(Failure) -> Int32 {
    if output.failure != 0 {
      throw .cannotWrite(path: output.path, code: output.failure)
    }
    let isLeaking = book.verdicts.contains { $0.standing == .leaking }
    return settings.failsOnLeak && isLeaking ? 3 : 0
  }

  /// On a machine that has no time to spare the ring would fill before anyone looks: a few percent of
  /// a processor come first.
  private func takePrecedence() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -10) }

  /// Whether anybody sees or keeps what is known every so often.
  private var reportsMeanwhile: Bool {
    settings.form == .text || settings.form == .html || recorder != nil
  }

  func judge(at now: KernelInstant) {
    recorder?.append(.judged(at: now))
    pathless.removeAll(keepingCapacity: true)
    publish(book.judge(ledger, at: now), at: now)
    ledger.sweep(&decoder.texts)
    sweepStacks()
    publishGrowth(at: now)
    noteFirstSizes(at: now)
  }

  /// What is to be said of how the command ended, if it did.
  private func ending(of command: RunningCommand?) -> String? {
    guard var command, !output.isClosed else { return nil }
    if !command.hasEnded(), ledger.processes[command.process] == nil { command.awaitEnd() }
    return command.complaint
  }

  private func wait(until next: KernelInstant, _ signalled: Int32) {
    let left = next.since(Clock.now) / 1_000_000
    let before = tracer.position
    let isBusy =
      tracer.drainedPosition != before || !ledger.wanted.isEmpty || needsRelisting
      || !stacks.held.isEmpty || stacks.resolver?.isIdle == false
    let rests = !isBusy && idleLooks >= Self.restAfter && tracer.wakeAtNextRecord()
    // A descriptor below 0 is passed over.
    var sources = [
      pollfd(fd: tracer.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: live?.input ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signalled, events: Int16(POLLIN), revents: 0),
    ]
    let most = rests ? Self.restMilliseconds : Self.pollMilliseconds
    _ = poll(&sources, 3, min(most, Int32(clamping: left)))
    if rests { tracer.wakeWhenMuchWaits() }
    idleLooks = isBusy || tracer.position != before ? 0 : idleLooks + 1
    // The window was closed.
    if sources[1].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { isStopping = true }
  }

  /// Takes in what the ring holds, and mends what that left unknown; not more often than every so
  /// long, or a program that keeps making it unknown would keep us listing. What is asked for now has
  /// all that was recorded until now: a writer that lost its processor in the middle of a record
  /// holds up those after it for as long.
  func pump(mendsNow: Bool = false) {
    let end = tracer.position
    drain(upTo: end)
    while mendsNow, tracer.drainedPosition < end {
      usleep(100)
      drain(upTo: end)
    }
    takeResolvedStacks()
    noteLosses()
    let now = Clock.now.nanoseconds
    if mendsNow || now >= mendAt {
      if needsRelisting {
        needsRelisting = false
        relistTasks()
      }
      takeWantedSnapshots()
      // A tenth of the time at most.
      mendAt = Clock.now.nanoseconds + max(Self.mendEvery, 10 * (Clock.now.nanoseconds - now))
    }
  }

  func drain(upTo position: UInt64) {
    repeat {
      tracer.drain(upTo: position) {
        take($0)
        return execed == nil
      }
    } while listExeced()
  }

  private func take(_ record: UnsafeRawBufferPointer) {
    guard let event = decode(record) else { return }
    take(event)
  }

  /// Counts every event; nil for what is none: a stack, which goes its own way, or nothing of ours.
  func decode(_ record: UnsafeRawBufferPointer) -> MappingEvent? {
    if CapturedStack.isStack(record) {
      takeStack(record)
      return nil
    }
    coverage.events += 1
    recorder?.append(record)
    do {
      return try decoder.decode(record)
    } catch {
      coverage.undecoded += 1
      return nil
    }
  }

  func take(_ event: MappingEvent) {
    if case .spaceEnded = event.fact, let key = event.space, let space = ledger.space(of: key) {
      var news = book.judge(space, in: ledger, at: event.when, isEnding: true)
      keepSamples(of: space, at: event.when)
      book.close(space)
      for index in news.indices { news[index].ranges = [] }
      publish(news, at: event.when)
    }
    noteCode(event)
    let change = ledger.apply(event)
    // Of a few processes each exec is worth a list at once; on a whole machine most are gone before
    // anybody could ask.
    if case .execed = change.effect, tracer.spec.scope != .system, !tracer.isRecording {
      execed = event.space
    }
    if settings.form == .ndjson { writeLine(event, change) }
    if let live, let space = change.space, space == live.focus { live.note(event, change) }
    if recorder != nil { inquire(event, change) }
  }

  private func noteLosses() {
    let lost = tracer.lost
    guard lost > lostBefore else { return }
    let (keys, isComplete) = tracer.takeLostSpaces()
    let note = LossNote(
      at: Clock.now, total: lost, count: lost - lostBefore, spaces: keys, isComplete: isComplete)
    recorder?.append(.lost(note))
    take(note, reason: "ring-full")
    lostBefore = lost
    needsRelisting = true
  }

  func take(_ note: LossNote, reason: String) {
    let spaces = note.isComplete ? note.spaces : Array(ledger.spaces.keys)
    let ids = spaces.compactMap { ledger.space(of: $0)?.id }.sorted()
    for key in spaces { ledger.noteLoss(in: key) }
    coverage.lost = note.total
    if settings.form == .ndjson, settings.wants("lost") {
      lines.writeLost(note.count, reason: reason, spaces: ids, at: note.when)
    }
  }

  func finish(at now: KernelInstant) {
    recorder?.append(.finished(at: now))
    pathless.removeAll(keepingCapacity: true)
    publish(book.judge(ledger, at: now), at: now)
    writeNews(at: now, isLast: true)
    publishGrowth(at: now)
    // For an HTML report of the replay.
    if recorder != nil { _ = memoryReport(at: now) }
    switch settings.form {
    case .ndjson:
      writeEnd(at: now)
      if recorder != nil { inquire(at: now) }
    case .text: report(isFinal: true, at: now)
    case .folded, .pprof, .flamegraph, .html: writeWhole(at: now)
    }
    flush(isLast: true)
    stacks.resolver?.stop()
  }

  func flush(isLast: Bool = false) {
    if stacks.resolver != nil || tracer.isRecording, settings.wants("stack") {
      return holdLines(isLast: isLast)
    }
    guard !lines.isEmpty else { return }
    output.write(lines.bytes)
    lines.removeAll()
    unmapLines.removeAll(keepingCapacity: true)
  }
}

extension TracerSpec.Scope {
  /// Whether there is nothing to wait for once the processes are gone.
  var isBoundToProcesses: Bool {
    if case .processes = self { return true }
    return false
  }
}
