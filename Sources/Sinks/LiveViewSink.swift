// SPDX-License-Identifier: Apache-2.0
public import LiveView
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Pipeline
import Procfs
import Reporting

/// The live view of one run: the terminal, the view state, and what was shown last.
///
/// Restores the terminal when it ends. The driver polls `input` and calls `serve` for keys.
public final class LiveViewSink: Sink {
  public let needs: SinkNeeds = [.events, .reports]

  /// Nil once it has been given back.
  private var screen: Screen?
  private let version: String
  private var state = ViewState()
  private var content: LiveContent?
  private var extent = Extent()
  /// What happens in the open space.
  private var recent = RecentEvents()
  private var meter = CostMeter()
  private var memoryAtStart: MachineMemory?
  private var commandLines = CommandLines()
  private var noticeUntil = KernelInstant(nanoseconds: 0)
  private let reader = MeminfoReader()
  /// Whether to draw a frame although no figure changed.
  private var needsDrawing = true

  /// How long a notice stays, in nanoseconds.
  private static let noticeTime: UInt64 = 5_000_000_000

  public init(version: String) throws(Terminal.Obstacle) {
    self.version = version
    screen = Screen(try Terminal.open())
  }

  /// A box for the terminal, which is not copyable: letting go of the box ends it.
  private final class Screen {
    let terminal: Terminal
    init(_ terminal: consuming Terminal) { self.terminal = terminal }
  }

  /// Restores the terminal, so that the last report stays on it.
  public func close() { screen = nil }

  /// Readable when a key was pressed; negative once the terminal was given back.
  public var input: Int32 { screen?.terminal.input ?? -1 }
  /// Whether the terminal was given back: nobody looks any more.
  public var isClosed: Bool { screen == nil }

  public func open() {}

  /// What is on the screen before there are figures: two lines, as in a report to come.
  public func show(progress words: String) {
    guard let screen else { return }
    var frame = Frame(size: screen.terminal.size)
    frame.add(Line("bpfleak \(version)", .bold))
    frame.add(Line(words))
    screen.terminal.draw(frame)
  }

  // MARK: What the run tells

  public func began(_ pipeline: Pipeline) {
    // In a scope of one process there is nothing to choose: it is open from the start.
    guard case .processes = pipeline.facts.scope else { return }
    let spaces = pipeline.livingSpaces
    if spaces.count == 1, let space = spaces.first { state = ViewState(focus: space.id) }
  }

  public func took(
    _ event: MappingEvent, _ change: LedgerChange, path: String?, _ pipeline: Pipeline
  ) {
    if let space = change.space, space == state.focus { recent.add(event, change) }
  }

  public func reported(_ moment: Moment, _ pipeline: Pipeline) {
    if !state.isPaused { take(moment, pipeline) }
  }

  public func marked(number: Int, at when: KernelInstant, _ pipeline: Pipeline) {
    memoryAtStart = reader.machineMemory()
    take(pipeline.moment(at: when), pipeline)
    say("mark \(number): growth counts from here on", at: when)
  }

  public func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {}

  /// Takes in new figures.
  private func take(_ moment: Moment, _ pipeline: Pipeline) {
    let focus = focusReport(moment, pipeline)
    var content = content ?? LiveContent(report: moment.system)
    content.report = moment.system
    commandLines.fill(&content.report.rows)
    if state.focus == nil || focus != nil { content.focus = focus }
    content.focusHasEnded = state.focus != nil && focus == nil
    content.memory = reader.machineMemory()
    if memoryAtStart == nil { memoryAtStart = content.memory }
    content.memoryBefore = memoryAtStart
    content.cost = meter.read(at: moment.now)
    self.content = content
    needsDrawing = true
  }

  /// The report on the open space; nil where none is open, or where it has ended.
  private func focusReport(_ moment: Moment, _ pipeline: Pipeline) -> FocusReport? {
    guard let id = state.focus, let space = pipeline.livingSpaces.first(where: { $0.id == id })
    else { return nil }
    return moment.focus(on: space, withResident: true)
  }

  // MARK: What the person does

  /// Does what keys ask for, and draws when something is new. Returns what only the run can do.
  public func serve(at now: KernelInstant, _ pipeline: Pipeline) -> [Request] {
    guard let screen else { return [] }
    var requests: [Request] = []
    while let key = screen.terminal.key() {
      // Of keys that came together, each acts on the screen that the one before it made.
      if needsDrawing, let content {
        extent = render(content, state, size: screen.terminal.size).extent
      }
      needsDrawing = true
      switch state.handle(key, in: extent) {
      case .quit: requests.append(.quit)
      case .mark: requests.append(.mark)
      case .open: open(at: now, pipeline)
      case .redraw: screen.terminal.forget()
      case nil: break
      }
    }
    dropNotice(at: now)
    if needsDrawing { draw(pipeline) }
    return requests
  }

  /// What only the run can do.
  public enum Request: Sendable {
    case quit, mark
  }

  /// Opens the space that was chosen.
  private func open(at now: KernelInstant, _ pipeline: Pipeline) {
    let focus = focusReport(pipeline.moment(at: now), pipeline)
    if focus == nil {
      state.close()
      say("that process has just ended", at: now)
    }
    content?.focus = focus
    content?.focusHasEnded = false
    recent.removeAll()
    content?.events = []
    needsDrawing = true
  }

  /// Says something for a few seconds.
  public func say(_ words: String, at now: KernelInstant) {
    content?.notice = words
    noticeUntil = now.later(by: Self.noticeTime)
    needsDrawing = true
  }

  /// Removes an old notice, also while figures are paused.
  private func dropNotice(at now: KernelInstant) {
    guard content?.notice != nil, now >= noticeUntil else { return }
    content?.notice = nil
    needsDrawing = true
  }

  private func draw(_ pipeline: Pipeline) {
    content?.events = eventLines(pipeline)
    guard let content, let screen else { return }
    needsDrawing = false
    let frame = render(content, state, size: screen.terminal.size)
    extent = frame.extent
    screen.terminal.draw(frame)
  }

  private func eventLines(_ pipeline: Pipeline) -> [EventLine] {
    guard state.focus != nil else { return [] }
    return recent.newestFirst.compactMap { event, change in
      var path: String?
      if case .mapped(let call) = event.fact, let file = call.file {
        let known = pipeline.decoder.texts[pipeline.ledger.path(of: file.identity)]
        path = known.isEmpty ? nil : known
      }
      guard let words = eventWords(event, change, path: path) else { return nil }
      return EventLine(
        at: event.when.since(pipeline.facts.began), thread: event.thread,
        name: pipeline.ledger.name(of: event.thread, in: event.process).text, words: words)
    }
  }

  // MARK: The terminal

  public func resize() {
    screen?.terminal.resize()
    needsDrawing = true
  }

  public func stopProcess() {
    screen?.terminal.stopProcess()
    needsDrawing = true
  }
}
