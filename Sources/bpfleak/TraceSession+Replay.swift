// SPDX-License-Identifier: Apache-2.0
import KernelTracer
import MappingEvents
import MappingLedger
import Meminfo
import Recording

/// A session that takes in what another one took in, in the same order and at the same times.
extension TraceSession {
  /// Answers the exit status.
  static func replay(
    _ recording: RecordedFile, _ facts: StartFacts, _ settings: TraceSettings
  ) throws(Failure) -> Int32 {
    let output = try Output(path: settings.outputPath)
    if output.isFile(at: recording.path) { throw .overwritesRecording(path: output.path) }
    let session = TraceSession(
      settings, .recording(TracerSpec(scope: facts.scope.spec)), facts, output)
    var reader = try recording.reader()
    output.begin()
    var replay = Replay(session)
    while !output.isClosed, let item = reader.next(texts: &session.decoder.texts) {
      replay.take(item, &reader)
    }
    guard !output.isClosed else { return try session.status() }
    let isWhole = replay.isFinished && reader.damage.isNone
    if !replay.isFinished { replay.finish() }
    let status = try session.status()
    if let focus = settings.focus, !session.hasWhatIsAskedAbout {
      throw .notInRecording(focus, path: recording.path)
    }
    if let sentence = session.writtenSentence { Main.say(sentence) }
    guard isWhole else {
      let failure = Failure.damagedRecording(
        path: recording.path, reader.damage, events: session.coverage.events)
      if status == 0 { throw failure }
      Main.say(failure.sentence)
      return status
    }
    return status
  }

  /// Notes what was asked because of the item before.
  fileprivate func readAnswers(_ reader: inout RecordingReader) {
    while reader.nextIsAnswer() {
      guard case .frame(let frame)? = reader.next(texts: &decoder.texts) else { return }
      switch frame {
      case .path(let identity, let text): answers.paths[identity] = text
      case .process(let process, let executable, let cgroup):
        answers.note(process, executable: executable, cgroup: cgroup)
      case .resident(let process, let bytes): answers.resident[process] = bytes
      case .residentRanges(let digest, let bytes): answers.residentRanges[digest] = bytes
      case .limits(let process, let numbers): answers.limits[process] = numbers
      case .stack(let resolved):
        stacks.book.add(resolved)
        if resolved.canonical != resolved.id {
          answers.unified.append((resolved.id, resolved.canonical))
        }
      case .module(let path, let id): _ = stacks.note(buildID: id, of: path)
      case .text(let name, let text, let errno):
        answers.texts[name] = MachineAnswer(text, errno: errno)
      case .start, .window, .joined, .mending, .viewed, .lost, .relisted, .auditBegan, .auditEnded,
        .judged, .reported, .dumped, .marked, .finished, .callsEnded:
        break
      }
    }
  }

  /// False where one process was asked about that is not there.
  fileprivate var hasWhatIsAskedAbout: Bool { settings.focus == nil || focusedSpace != nil }

  /// Joins the call paths that were found to be the same after the item before was taken in.
  fileprivate func unifyAnswered() {
    for (id, canonical) in answers.unified { ledger.unify(id, with: canonical) }
    answers.unified.removeAll(keepingCapacity: true)
  }
}

/// Where a replay is.
private struct Replay {
  let session: TraceSession
  private(set) var isFinished = false
  private var hasStarted = false
  /// What was recorded while the kernel made a list that is still to come; nil outside of that.
  private var window: [MappingEvent]?
  /// What the audit under way found.
  private var drift: [Drift] = []
  private var latest: KernelInstant {
    get { session.answers.time }
    nonmutating set { session.answers.time = newValue }
  }
  /// Records that the recording has lost.
  private var missing: UInt64 = 0

  init(_ session: TraceSession) {
    self.session = session
    session.answers.time = session.began
  }

  mutating func take(_ item: RecordingReader.Item, _ reader: inout RecordingReader) {
    switch item {
    case .record(let record):
      let event = session.decode(record)
      session.readAnswers(&reader)
      defer { session.unifyAnswered() }
      guard let event else { return }
      latest = max(latest, event.when)
      if window == nil {
        start()
        session.take(event)
      } else {
        window?.append(event)
      }
    case .frame(let frame): take(frame, &reader)
    case .gap(let records):
      giveUpWindow()
      missing &+= records
      let note = LossNote(
        at: latest, total: session.coverage.lost &+ records, count: records, spaces: [],
        isComplete: false)
      session.take(note, reason: "recording-damaged")
    }
  }

  private mutating func take(_ frame: RecordingFrame, _ reader: inout RecordingReader) {
    switch frame {
    case .judged, .reported, .finished: session.answers.residentRanges = [:]
    default: break
    }
    session.readAnswers(&reader)
    defer { session.unifyAnswered() }
    switch frame {
    case .start: break
    case .window:
      giveUpWindow()
      window = []
    case .joined(let lists): join(lists)
    case .mending:
      start()
      _ = session.ledger.takeWanted()
    case .viewed(let key, let when):
      reach(when)
      if let space = session.ledger.space(of: key) { session.announce(space, at: when) }
    case .lost(var note):
      reach(note.when)
      note.total &+= missing
      session.take(note, reason: "ring-full")
    case .relisted(let tasks, let when):
      reach(when)
      session.take(tasks, asOf: when)
    case .auditBegan: drift = []
    case .auditEnded(let checked, let spaces, let when):
      reach(when)
      session.take(drift, checked: checked, spaces: spaces, at: when)
      drift = []
    case .judged(let when):
      reach(when)
      session.judge(at: when)
    case .reported(let when):
      reach(when)
      session.report(isFinal: false, at: when)
    case .dumped(let when):
      reach(when)
      session.writeDump(at: when)
    case .callsEnded(let calls): session.ledger.endCalls(calls)
    case .marked(let when):
      reach(when)
      session.mark(at: when)
    case .finished(let when):
      reach(when)
      isFinished = true
      if session.hasWhatIsAskedAbout { session.finish(at: when) }
    // An answer that was not asked for: what it belonged to is damaged.
    case .path, .process, .resident, .residentRanges, .limits, .stack, .module, .text: break
    }
    session.flush()
  }

  /// Ends a recording that does not say how it ended.
  mutating func finish() {
    giveUpWindow()
    start()
    if session.hasWhatIsAskedAbout { session.finish(at: latest) }
  }

  private mutating func join(_ lists: JoinedLists) {
    latest = max(latest, lists.when)
    let events = window ?? []
    window = nil
    drift += session.join(lists, events)
    start()
    for event in events { session.take(event) }
  }

  private mutating func reach(_ when: KernelInstant) {
    start()
    latest = max(latest, when)
  }

  /// The first lines come after the first lists.
  private mutating func start() {
    guard !hasStarted else { return }
    hasStarted = true
    if session.settings.form == .ndjson { session.writeStart() }
    session.flush()
  }

  /// The lists are missing: what was recorded meanwhile happened all the same.
  private mutating func giveUpWindow() {
    guard let events = window else { return }
    window = nil
    start()
    for event in events { session.take(event) }
  }
}
