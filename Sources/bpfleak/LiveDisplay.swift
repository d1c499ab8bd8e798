// SPDX-License-Identifier: Apache-2.0
import Glibc
import LiveView
import MappingEvents
import MappingLedger
import Meminfo
import Procfs
import Reporting

/// The live view of one run: the terminal, what a person looks at, and what was shown last.
///
/// Gives the terminal back when it ends.
final class LiveDisplay {
  private let terminal: Terminal
  var state: ViewState
  private(set) var content: LiveContent?
  private var extent = Extent()
  /// What happens in the open space.
  private(set) var recent = RecentEvents()
  private var meter = CostMeter()
  private var memoryAtStart: MachineMemory?
  private var commandLines = CommandLines()
  private var noticeUntil = KernelInstant(nanoseconds: 0)
  private let reader = MeminfoReader()
  /// A frame is due though no figure is.
  var needsDrawing = true

  init() throws(Terminal.Obstacle) {
    terminal = try Terminal.open()
    state = ViewState()
  }

  var input: Int32 { terminal.input }
  var focus: Int? { state.focus }

  /// What is on the screen before there are figures: two lines, as in a report to come.
  func show(progress words: String) {
    var frame = Frame(size: terminal.size)
    frame.add(Line("bpfleak \(Version.current)", .bold))
    frame.add(Line(words))
    terminal.draw(frame)
  }

  /// Takes in new figures.
  func take(_ report: SystemReport, _ focus: FocusReport?, at now: KernelInstant) {
    var content = content ?? LiveContent(report: report)
    content.report = report
    commandLines.fill(&content.report.rows)
    if state.focus == nil || focus != nil { content.focus = focus }
    content.focusHasEnded = state.focus != nil && focus == nil
    content.memory = reader.machineMemory()
    if memoryAtStart == nil { memoryAtStart = content.memory }
    content.memoryBefore = memoryAtStart
    content.cost = meter.read(at: now)
    self.content = content
    needsDrawing = true
  }

  /// Opens a space whose report was made; nil when it ended as it was chosen.
  func open(_ focus: FocusReport?, at now: KernelInstant) {
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

  func startFromHere() { memoryAtStart = reader.machineMemory() }

  /// Says something for a few seconds.
  func say(_ words: String, at now: KernelInstant) {
    content?.notice = words
    noticeUntil = now.later(by: 5_000_000_000)
    needsDrawing = true
  }

  /// Takes back what was said long enough ago, also where figures stand still.
  func dropNotice(at now: KernelInstant) {
    guard content?.notice != nil, now >= noticeUntil else { return }
    content?.notice = nil
    needsDrawing = true
  }

  func note(_ event: MappingEvent, _ change: LedgerChange) { recent.add(event, change) }

  func show(_ events: [EventLine]) { content?.events = events }

  /// What the keys that were pressed ask of the session.
  func takeKeys() -> [Action] {
    var actions: [Action] = []
    while let key = terminal.key() {
      // Keys that came together act one on the screen that the other made.
      if needsDrawing, let content {
        extent = render(content, state, size: terminal.size).extent
      }
      needsDrawing = true
      guard let action = state.handle(key, in: extent) else { continue }
      if action == .redraw { terminal.forget() }
      actions.append(action)
    }
    return actions
  }

  func draw() {
    guard let content else { return }
    needsDrawing = false
    let frame = render(content, state, size: terminal.size)
    extent = frame.extent
    terminal.draw(frame)
  }

  func resize() {
    terminal.resize()
    needsDrawing = true
  }

  func stopProcess() {
    terminal.stopProcess()
    needsDrawing = true
  }
}

extension Terminal.Obstacle {
  /// Why there is a text report instead; nil where that is no news.
  var sentence: String? {
    switch self {
    case .noTerminal: nil
    case .unknownType(let type):
      type.isEmpty
        ? "TERM is not set, so this is a text report; for the live view: export TERM=xterm"
        : "nothing is known here of the terminal '\(type)', so this is a text report; for the live "
          + "view install ncurses-term, or try: TERM=xterm"
    case .tooSimple(let type):
      "a terminal of type '\(type)' cannot place its cursor, so this is a text report"
    case .failed: "the terminal could not be taken over, so this is a text report"
    }
  }
}
