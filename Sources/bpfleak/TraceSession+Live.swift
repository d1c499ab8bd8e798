// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import KernelTracer
import LiveView
import MappingEvents
import MappingLedger
import Procfs
import Reporting

/// The live view, served between two looks at the ring.
extension TraceSession {
  /// The live view, where there is a terminal for it; says in one line why there is none although
  /// standard output is a terminal.
  static func display(for settings: TraceSettings, _ output: Output) -> LiveDisplay? {
    // What a command prints would be drawn over, and it over us.
    guard settings.form == .text, output.isTerminal, settings.command.isEmpty else { return nil }
    do throws(Terminal.Obstacle) {
      let display = try LiveDisplay()
      display.show(progress: "loading the BPF programs")
      return display
    } catch {
      if let sentence = error.sentence, !settings.quiet {
        Main.say(sentence)
      }
      return nil
    }
  }

  /// Signals that mean something other than an end. False when this is none of them.
  func serve(_ signal: Int32) -> Bool {
    switch signal {
    case SIGUSR1:
      if let live {
        live.say(
          "SIGUSR1 prints mappings in a text report; here Enter opens a process", at: Clock.now)
      } else {
        dump()
      }
    case SIGUSR2: setMark()
    case SIGWINCH: live?.resize()
    case SIGTSTP: live?.stopProcess()
    default: return false
    }
    return true
  }

  /// Growth counts from here on.
  func setMark() {
    pump()
    let now = Clock.now
    recorder?.append(.marked(at: now))
    let number = mark(at: now)
    flush()
    guard let live else { return }
    live.startFromHere()
    refreshLive(at: now)
    live.say("mark \(number): growth counts from here on", at: now)
  }

  /// The number of the mark.
  @discardableResult
  func mark(at now: KernelInstant) -> Int {
    let number = assembler.markBaseline(in: ledger, residentBytes: residentSizes(), at: now)
    if settings.form == .ndjson, settings.wants("mark") {
      lines.writeMark(number: number, at: now)
    }
    return number
  }

  /// Does what keys ask for and draws when something is new. False when it is to end.
  func serveLive(figuresAreDue: Bool, at now: KernelInstant) -> Bool {
    guard let live else { return true }
    for action in live.takeKeys() {
      switch action {
      case .quit: return false
      case .mark: setMark()
      case .open(let id): live.open(focusReport(on: id, at: now), at: now)
      case .redraw: break
      }
    }
    if figuresAreDue, !live.state.isPaused { refreshLive(at: now) }
    live.dropNotice(at: now)
    if live.needsDrawing {
      live.show(eventLines())
      live.draw()
    }
    return true
  }

  func refreshLive(at now: KernelInstant) {
    guard let live else { return }
    let around = surroundings(isFinal: false, at: now)
    let report = assembler.system(ledger, around, at: now)
    var focus = live.focus.flatMap { focusReport(on: $0, around, at: now) }
    // The rates are those since the report before, which the table has just been.
    if let row = report.rows.first(where: { $0.space == live.focus }) { focus?.row = row }
    live.take(report, focus, at: now)
  }

  /// In a scope of one process there is nothing to choose: it is open from the start.
  func openOnlySpace() {
    guard let live, !settings.processes.isEmpty else { return }
    let spaces = ledger.spaces.values.filter { !$0.processes.isEmpty }
    if spaces.count == 1, let space = spaces.first { live.state = ViewState(focus: space.id) }
  }

  private func focusReport(
    on id: Int, _ around: ReportAssembler.Surroundings? = nil, at now: KernelInstant
  ) -> FocusReport? {
    guard let space = ledger.spaces.values.first(where: { $0.id == id && !$0.processes.isEmpty })
    else { return nil }
    resolvePaths(of: space)
    var report = assembler.focus(
      on: space, ledger, decoder.texts, around ?? surroundings(isFinal: false, at: now),
      leastBytes: settings.leastBytes, at: now, origin: origin)
    fillResidentBytes(of: &report)
    return report
  }

  /// How much of the largest groups is resident: by the page table's word, on samples of the larger.
  func fillResidentBytes(of report: inout FocusReport) {
    guard let process = report.processes.first?.id else { return }
    let shown = min(report.groups.count, 16)
    var ranges: [[AddressRange]] = Array(repeating: [], count: shown)
    for mapping in report.mappings {
      let place = report.groups[..<shown].firstIndex {
        $0.kind == mapping.kind && $0.unitBytes == mapping.range.length
          && $0.origin == mapping.origin
      }
      if let place, ranges[place].count < 64 { ranges[place].append(mapping.range) }
    }
    for (index, ranges) in ranges.enumerated() {
      let looked = ranges.reduce(0) { $0 + $1.length }
      let found = residentBytes(of: ranges, in: process, mostPages: 1 << 13)
      guard looked > 0, let found else { continue }
      let share = Double(found) / Double(looked)
      report.groups[index].residentBytes = UInt64(share * Double(report.groups[index].bytes))
    }
  }

  private func eventLines() -> [EventLine] {
    guard let live, live.focus != nil else { return [] }
    return live.recent.newestFirst.compactMap { event, change in
      var path: String?
      if case .mapped(let call) = event.fact, let file = call.file {
        let known = decoder.texts[ledger.path(of: file.identity)]
        path = known.isEmpty ? nil : known
      }
      guard let words = eventWords(event, change, path: path) else { return nil }
      return EventLine(
        at: event.when.since(began), thread: event.thread,
        name: ledger.name(of: event.thread, in: event.process).text, words: words)
    }
  }

  /// Resident bytes by space id.
  func residentSizes() -> [Int: UInt64] {
    var resident: [Int: UInt64] = [:]
    for space in ledger.spaces.values {
      guard let process = space.processes.first else { continue }
      resident[space.id] = residentBytes(of: process)
    }
    return resident
  }
}
