// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Reporting
import TestKit
import Testing
import TextLayout

@testable import LiveView

private let sizes = [
  Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60),
]

@Suite struct FrameTests {
  private typealias Contents = LiveTestContents

  private func expectGoldenFrame(
    _ content: LiveContent, _ size: Size, _ state: ViewState = ViewState(), named name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Frame {
    let frame = render(content, state, size: size)
    expectGolden(
      frame.golden, named: "\(name)-\(size.columns)x\(size.rows).txt",
      sourceLocation: sourceLocation)
    return frame
  }

  @Test("a leak is told once in words above the table, with its process", arguments: sizes)
  func leaking(size: Size) {
    let frame = expectGoldenFrame(
      Contents.content(TextTestReports.leaking), size, named: "leaking")
    let top = frame.lines.prefix(12).map(\.text).joined(separator: "\n")
    #expect(top.contains(" LEAKING  server (pid 31108): 412 stacks of 10.0 MiB"))
    #expect(top.contains("created by spawn_reporter (report.c:28)") && !top.contains("made by"))
  }

  @Test("without a verdict the screen says so and names what grew most", arguments: sizes)
  func calm(size: Size) {
    let frame = expectGoldenFrame(Contents.content(TextTestReports.calm), size, named: "calm")
    #expect(frame.text.contains("No leak found so far. Grew most: java (pid 2240), +1.0 MiB"))
    #expect(!frame.lines.contains { $0.spans.contains { $0.style == .leaking } })
  }

  @Test("a suspect does not look like a leak", arguments: sizes)
  func suspect(size: Size) {
    let frame = expectGoldenFrame(Contents.content(TextTestReports.suspect), size, named: "suspect")
    #expect(frame.text.contains("No leak found so far, but 1 suspect."))
    #expect(frame.lines.contains { $0.spans.contains { $0.style == .suspect } })
  }

  @Test("verdicts on exited processes come last, are dim, and are counted separately")
  func ended() {
    let content = Contents.content(TextTestReports.partlyEnded)
    let frame = expectGoldenFrame(content, sizes[0], named: "ended")
    #expect(frame.text.contains("\nand 1 more suspect below; 2 in processes that have exited\n"))
    let short = verdictSummary(content.report, columns: 80, most: 5).map(\.text)
    #expect(short.last == "and 1 more leak and 1 suspect below; 2 in processes that have exited")
    let narrow = verdictSummary(content.report, columns: 50, most: 6).map(\.text)
    #expect(narrow.last == "and 1 more leak and 1 suspect below; 2 exited")
    let wide = expectGoldenFrame(content, sizes[2], named: "ended")
    let line = wide.lines.first { $0.text.contains("job (pid 5000, exited 45 s ago): ") }
    #expect(line?.spans.allSatisfy { [.dim, .plain].contains($0.style) } == true)
  }

  @Test("when all leaking processes have exited, no running process is called leaking")
  func onlyEnded() {
    var report = TextTestReports.calm
    report.leaks = TextTestReports.partlyEnded.leaks.filter { $0.endedAgo != nil }
    let lines = verdictSummary(report, columns: 80, most: 4)
    #expect(lines[0].text == "No leak found so far in running processes.")
    #expect(lines[1].text.hasPrefix(" LEAKING  job (pid 5000, exited 45 s ago): "))
    #expect(lines.last?.text == "and 1 more finding in a process that has exited")
    #expect(!lines.contains { $0.spans.contains { $0.style == .leaking } })
  }

  @Test("further verdicts on a process above are not counted as rows below")
  func sameProcess() {
    var report = TextTestReports.leaking
    report.leaks = Array(repeating: TextTestReports.serverLeak, count: 3)
    let lines = verdictSummary(report, columns: 80, most: 5)
    #expect(lines.last?.text == "and 2 more findings in a process above")
  }

  @Test("the groups that a verdict speaks of stand out, by origin")
  func blamed() {
    let origin = Origin(kind: .file, callPath: CallPathID(1))
    var content = Contents.focus
    content.focus?.leaks[0].verdict.subject = .init(space: 31_108, origin: origin)
    content.focus?.groups[3].origins = [Origin(kind: .file, callPath: CallPathID(2)), origin]
    var other = TextTestReports.group(.file, 4096, [1, 0, 0, 0, 0, 0])
    other.origins = [Origin(kind: .file, callPath: CallPathID(2))]
    content.focus?.groups.append(other)
    let frame = render(
      content, ViewState(focus: 31_108), size: Size(columns: 120, rows: 60))
    let kinds = frame.lines.dropFirst(6).flatMap(\.spans).filter { $0.style == .leaking }
    #expect(kinds.map(\.text) == ["file"])
    let line = frame.lines.first { $0.spans.first?.text == "file" }
    #expect(line?.text.contains("2.0M") == true)
  }

  @Test("file name and line of the culprit stay whole on a narrow screen")
  func culprit() {
    var content = Contents.focus
    content.focus?.leaks[0].callPath?.frames[2].file = "/tmp/h3/TP/corpus/leak_thread_unjoined.c"
    for columns in [40, 60, 80] {
      let frame = render(
        content, ViewState(focus: 31_108), size: Size(columns: columns, rows: 30))
      let line = frame.lines.first { $0.text.contains("made by ") }
      #expect(line?.text.contains("leak_thread_unjoined.c:28") == (columns > 40), "\(columns)")
      #expect(line?.text.contains("c:28") == true)
    }
  }

  @Test("losses stand in the second line, in the color of an alarm", arguments: sizes)
  func lossy(size: Size) {
    let frame = expectGoldenFrame(Contents.content(TextTestReports.lossy), size, named: "lossy")
    #expect(
      frame.lines[1].spans.contains(Line.Span(text: "LOST 12,345 (1.0%)", style: .leaking)))
    #expect(frame.text.contains("Events were lost, so one may have been missed."))
  }

  @Test("names cannot command the terminal, forge lines or shift columns", arguments: sizes)
  func hostile(size: Size) {
    let frame = expectGoldenFrame(Contents.content(TextTestReports.hostile), size, named: "hostile")
    for line in frame.lines {
      for scalar in line.text.unicodeScalars {
        #expect(scalar.value >= 0x20 && scalar.value != 0x7f && scalar != "\u{202e}")
      }
    }
    let rows = frame.lines.filter { $0.text.contains("10.0M") }
    #expect(rows.count == 7)
    #expect(Set(rows.map { line in column(of: "10.0M", in: line.text) }).count == 1)
  }

  @Test(
    "an open process shows verdict, culprit and evidence before anything else", arguments: sizes)
  func focus(size: Size) {
    let frame = expectGoldenFrame(Contents.focus, size, ViewState(focus: 31_108), named: "focus")
    #expect(frame.lines[4].text.hasPrefix(" LEAKING  server (pid 31108)"))
    #expect(!frame.text.contains("\u{1b}"))
  }

  @Test("call paths unfold to one line per frame, with the culprit in bold", arguments: sizes)
  func unfolded(size: Size) {
    let state = pressed([.character("u")], ViewState(focus: 31_108))
    let frame = expectGoldenFrame(Contents.focus, size, state, named: "unfolded")
    #expect(frame.text.contains("pthread_create@@GLIBC_2.34"))
  }

  @Test("help explains each key", arguments: sizes)
  func help(size: Size) {
    let state = pressed([.function(1)])
    let frame = expectGoldenFrame(
      Contents.content(TextTestReports.calm), size, state, named: "help")
    #expect(frame.text.contains("set a mark: growth counts from here"))
  }

  @Test("an empty scope is shown as such", arguments: sizes)
  func empty(size: Size) {
    let frame = expectGoldenFrame(Contents.content(TextTestReports.empty), size, named: "empty")
    #expect(frame.text.contains("No process to show."))
  }

  @Test("mappings and events of an open process are shown line by line")
  func panes() {
    let size = sizes[0]
    let mappings = pressed([.tab], ViewState(focus: 31_108))
    let shown = expectGoldenFrame(Contents.focus, size, mappings, named: "mappings")
    #expect(shown.text.contains("thread 40510 exited"))
    let events = pressed([.character("3")], ViewState(focus: 31_108))
    let list = expectGoldenFrame(Contents.focus, size, events, named: "events")
    #expect(list.text.contains("/tmp/a\\nb") && list.text.contains("\\x1b[2Jchild"))
  }

  @Test("no frame is wider or longer than the screen, however small that is")
  func bounds() {
    let reports = [
      TextTestReports.leaking, TextTestReports.hostile, TextTestReports.lossy,
      TextTestReports.empty,
    ]
    let states = [ViewState(), pressed([.function(1)]), ViewState(focus: 31_108)]
    for size in [(1, 1), (10, 3), (39, 24), (40, 8), (60, 12), (79, 17), (300, 100)] {
      for report in reports {
        for state in states {
          var content = Contents.content(report)
          content.focus = Contents.focus.focus
          let frame = render(
            content, state, size: Size(columns: size.0, rows: size.1))
          #expect(frame.lines.count <= size.1)
          #expect(frame.lines.allSatisfy { displayWidth($0.text) <= size.0 }, "\(size)")
        }
      }
    }
  }

  @Test("a screen too small for a table still tells the verdict")
  func tiny() {
    let frame = render(
      Contents.content(TextTestReports.leaking), ViewState(), size: Size(columns: 38, rows: 6))
    #expect(frame.lines[0].text.hasPrefix(" LEAKING  server (pid 31108)"))
    #expect(frame.lines.last?.text == "38x6 is too small; 80x24 shows all")
  }

  @Test("the mark and the pause are shown at any width")
  func mark() {
    var content = Contents.content(TextTestReports.leaking)
    content.report.header.mark = ReportHeader.Mark(
      number: 2, at: .init(nanoseconds: TextTestReports.now.nanoseconds - 12_000_000_000))
    for columns in [60, 80, 120] {
      let size = Size(columns: columns, rows: 24)
      for state in [ViewState(), pressed([.character("p")])] {
        let title = render(content, state, size: size).lines[0].text
        #expect(title.contains("; since mark 2, 12 s ago"))
        #expect(title.contains(" PAUSED ") == state.isPaused)
        #expect(title.contains("bpfleak: ") == (columns > (state.isPaused ? 90 : 80)))
      }
    }
    content.report.header.mark?.at = TextTestReports.now
    let title = render(content, ViewState(), size: sizes[0]).lines[0].text
    #expect(title.contains("; since mark 2, just now"))
    var focus = Contents.focus
    focus.report.header.mark = content.report.header.mark
    let lines = render(
      focus, ViewState(focus: 31_108), size: Size(columns: 80, rows: 40)
    ).lines.map(\.text)
    #expect(lines.contains { $0.hasSuffix("+30.0 MiB since mark, +10.0 MiB/min, stack") })
  }

  @Test("the keys that lead out are there on every screen, and none is cut")
  func keys() {
    for columns in [40, 50, 60, 80, 120] {
      for state in [ViewState(), ViewState(focus: 31_108), pressed([.function(1)])] {
        let line = keyLine(state, columns: columns)
        #expect(line.width <= columns + 1 && line.text.contains("F10 Quit "))
        #expect(!line.text.contains("…"))
        for span in line.spans where span.style == .bar { #expect(span.text.hasSuffix(" ")) }
      }
    }
  }

  @Test("mappings stay in their columns as one pages through them", arguments: [80, 100, 140])
  func steadyColumns(columns: Int) {
    var state = pressed([.tab], ViewState(focus: 31_108))
    let headings = (0..<8).map { _ in
      let frame = render(Contents.focus, state, size: Size(columns: columns, rows: 10))
      _ = state.handle(.down, in: frame.extent)
      return frame.lines[4].text
    }
    #expect(Set(headings).count == 1)
  }

  @Test("the end of what scrolls is left by PgUp, and the chosen part alone is lit")
  func whereabouts() {
    let size = Size(columns: 80, rows: 10)
    func bar(_ keys: [Key]) -> Line {
      var state = pressed([.character("2")], ViewState(focus: 31_108))
      for key in keys {
        _ = state.handle(key, in: render(Contents.focus, state, size: size).extent)
      }
      return render(Contents.focus, state, size: size).lines[3]
    }
    #expect(bar([]).text.hasSuffix(" lines 1-4 of 12, PgDn "))
    #expect(bar([.down]).text.hasSuffix(" lines 2-5 of 12, PgUp PgDn "))
    #expect(bar([.end]).text.hasSuffix(" lines 9-12 of 12, PgUp "))
    var content = Contents.focus
    content.events += content.events
    let events = pressed([.character("3")], ViewState(focus: 31_108))
    let lit = render(content, events, size: size).lines[3].spans.filter { $0.style == .selected }
    #expect(lit.map(\.text) == [" 3 Events 10 "])
  }

  private func column(of word: String, in line: String) -> Int {
    displayWidth(line[..<(line.range(of: word)?.lowerBound ?? line.startIndex)])
  }
}

extension String {
  /// Where a word is; without Foundation.
  fileprivate func range(of word: String) -> Range<String.Index>? {
    indices.first { self[$0...].hasPrefix(word) }.map { $0..<index($0, offsetBy: word.count) }
  }
}

/// The state after those keys.
func pressed(
  _ keys: [Key], _ state: ViewState = ViewState(),
  in extent: Extent = Extent(order: [5, 7, 9], page: 10, length: 3)
) -> ViewState {
  var state = state
  for key in keys { _ = state.handle(key, in: extent) }
  return state
}
