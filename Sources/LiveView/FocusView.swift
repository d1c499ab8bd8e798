// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Reporting
import TextLayout

/// One address space: its verdict and evidence, its mappings, or its events.
func renderFocus(_ content: LiveContent, _ state: ViewState, size: Size) -> Frame {
  var frame = Frame(size: size)
  let columns = size.columns
  frame.add(titleLines(content, state, columns: columns))
  guard let focus = content.focus else {
    frame.add(Line())
    frame.add(Line("This process has exited. Esc goes back to the table.", .bold))
    frame.leave(1)
    frame.add(keyLine(state, columns: columns))
    return frame
  }
  frame.add(processLine(focus, content, columns: columns))
  frame.add(paneLine(content, focus, state, columns: columns))
  let hasNotice = content.notice != nil
  let page = max(1, frame.room - (hasNotice ? 2 : 1))
  switch state.pane {
  case .verdict: addVerdict(content, focus, state, page: page, to: &frame)
  case .mappings: addMappings(focus, state, page: page, to: &frame)
  case .events: addEvents(content.events, state, page: page, to: &frame)
  }
  frame.leave(hasNotice ? 2 : 1)
  if let notice = content.notice { frame.add(Line(printable(notice), .bold)) }
  frame.add(keyLine(state, columns: columns))
  return frame
}

private func processLine(_ focus: FocusReport, _ content: LiveContent, columns: Int) -> Line {
  func words(_ process: (id: ProcessID, name: String, threads: Int)) -> String {
    "\(truncate(printable(process.name), to: 24)) (pid \(process.id.raw)), "
      + counted(process.threads, "thread")
  }
  var line = Line()
  if content.focusHasEnded {
    line.add(" EXITED ", .suspect)
    line.add(" last known state: ")
  }
  guard let first = focus.processes.first else {
    line.add("\(truncate(printable(focus.row.name), to: 24)) (pid \(focus.row.process.raw))", .bold)
    return line
  }
  line.add(words(first), .bold)
  let others = focus.processes.dropFirst()
  if !others.isEmpty {
    line.add("; same address space: ", .dim)
    line.add(others.prefix(3).map(words).joined(separator: "; "))
    if others.count > 3 { line.add(", and \(others.count - 3) more") }
  }
  for caveat in focus.row.caveats { line.add("  \(caveat.mark) \(caveat.rawValue)", .dim) }
  let row = content.report.rows.first { $0.space == focus.row.space }
  // A command line that is cut too short says nothing.
  if let command = row?.commandLine, !command.isEmpty, columns - line.width >= 32 {
    line.add("  command: " + printable(command), .dim)
  }
  return line.cut(to: columns)
}

/// The row of the line with the names of the views.
let paneRow = 3

/// Which lines are visible, and the keys that show others; empty when all are visible.
func whereabouts(_ top: Int, _ extent: Extent) -> String {
  guard extent.length > extent.page else { return "" }
  let top = min(top, extent.length - extent.page)
  let last = formatCount(UInt64(top + extent.page))
  let isEnd = top + extent.page == extent.length
  let keys = top == 0 ? "PgDn" : isEnd ? "PgUp" : "PgUp PgDn"
  let length = formatCount(UInt64(extent.length))
  return " lines \(formatCount(UInt64(top + 1)))-\(last) of \(length), \(keys) "
}

private func paneLine(
  _ content: LiveContent, _ focus: FocusReport, _ state: ViewState, columns: Int
) -> Line {
  var line = Line()
  for pane in ViewState.Pane.allCases {
    var title = " \(pane.rawValue + 1) \(pane.title)"
    switch pane {
    case .verdict: break
    case .mappings: title += " \(formatCount(UInt64(focus.mappings.count)))"
    case .events: title += " \(content.events.count)"
    }
    line.add(title + " ", pane == state.pane ? .selected : .heading)
  }
  line.pad(to: columns, .heading)
  return line
}

// MARK: Verdict

private func addVerdict(
  _ content: LiveContent, _ focus: FocusReport, _ state: ViewState, page: Int, to frame: inout Frame
) {
  let columns = frame.size.columns
  var body = evidenceLines(focus, state, columns: columns)
  body.append(Line())
  body += sizeLines(focus.row, columns: columns, sinceMark: content.report.header.mark != nil)
  if !focus.groups.isEmpty {
    body.append(Line())
    body += groupLines(focus, columns: columns, most: max(8, page / 2))
  }
  // Spare lines show the latest events.
  let room = page - body.count - 2
  if room >= 3, !content.events.isEmpty {
    body.append(Line())
    body.append(Line("Latest events, newest first (3 shows more):", .bold))
    body += content.events.prefix(room).map { eventLine($0, columns: columns) }
  }
  frame.extent = Extent(page: page, length: body.count)
  frame.placeRight(whereabouts(state.top, frame.extent), row: paneRow)
  let top = min(state.top, max(0, body.count - page))
  frame.add(Array(body.dropFirst(top).prefix(page)))
}

private func evidenceLines(_ focus: FocusReport, _ state: ViewState, columns: Int) -> [Line] {
  if focus.leaks.isEmpty {
    var line = Line("No leak found here so far.", .bold)
    if let doubt = focus.header.coverage.doubt { line.add(" " + doubt) }
    return flow(line, columns: columns)
  }
  var lines: [Line] = []
  for leak in focus.leaks {
    lines += sentenceLines(leak, columns: columns)
    lines += culpritLines(leak, columns: columns, indent: leak.verdict.standing.word.count + 3)
    for (index, fact) in leak.evidence.enumerated() {
      lines += hanging(
        printable(fact), after: padLeft("\(index + 1)", to: 4) + ". ",
        columns: min(columns, mostReadable)
      )
      .map { Line($0) }
    }
    if let path = leak.callPath, !path.frames.isEmpty {
      lines += callPathLines(path, isUnfolded: state.unfoldsStacks, columns: columns)
    }
  }
  return lines
}

private func sizeLines(_ row: SpaceRow, columns: Int, sinceMark: Bool) -> [Line] {
  let isWide = columns >= 100
  let graph = isWide ? min(60, columns / 5) : 10
  // On a narrow screen, the first line says since when.
  let since =
    isWide
    ? (sinceMark ? " since the mark" : " since the start")
    : sinceMark && columns >= 76 ? " since mark" : ""
  func growth(_ bytes: Int64) -> String {
    bytes == 0 ? "unchanged" : formatSignedBytes(bytes) + since
  }
  func line(_ title: String, _ size: String, _ picture: String, _ words: String) -> Line {
    var line = Line(padRight(title, to: 10), .dim)
    line.add(padLeft(size, to: 10), .bold)
    line.add("  ")
    line.add(picture, .graph)
    line.add("  " + words)
    return line.cut(to: columns)
  }
  var virtual = growth(row.virtualGrowth)
  if row.virtualPerMinute != 0 { virtual += ", \(formatSignedBytes(row.virtualPerMinute))/min" }
  if let kind = row.growingKind { virtual += ", \(isWide ? kind.rawValue : kind.shortWord)" }
  func perSecond(_ rate: Double) -> String { rate > 0 ? compactRate(rate) : "none" }
  let rate =
    "\(perSecond(row.mapsPerSecond)) mapped, \(perSecond(row.unmapsPerSecond)) unmapped per second"
  return [
    line("virtual", formatBytes(row.virtualBytes), row.virtualLine(graph), virtual),
    line(
      "resident", row.residentBytes.map(formatBytes) ?? "unknown", row.residentLine(graph),
      row.residentBytes == nil ? "" : growth(row.residentGrowth)),
    line(
      "mappings", formatCount(UInt64(max(0, row.mappings))), String(repeating: " ", count: graph),
      rate),
  ]
}

private func groupLines(_ focus: FocusReport, columns: Int, most: Int) -> [Line] {
  let shown = focus.groups.prefix(most)
  let table = GroupTable(Array(shown), columns: columns).lines
  var lines = table.enumerated().map { index, text in
    if index == 0 { return Line(text, .heading).padded(to: columns, .heading) }
    let group = shown[shown.startIndex + index - 1]
    guard let leak = focus.leaks.first(where: { $0.blames(group) }) else { return Line(text) }
    let kind = text.prefix { $0 != " " }
    let standing = leak.verdict.standing
    var line = Line(String(kind), standing.style)
    line.add(String(text.dropFirst(kind.count)), standing == .leaking ? .bold : .plain)
    return line
  }
  let rest = focus.groups.dropFirst(shown.count)
  if !rest.isEmpty {
    let bytes = rest.reduce(0 as UInt64) { $0.addingClamped($1.bytes) }
    lines.append(Line("and \(counted(rest.count, "more group")), \(formatBytes(bytes))", .dim))
  }
  return lines
}

extension Line {
  func padded(to columns: Int, _ style: Style) -> Line {
    var line = self
    line.pad(to: columns, style)
    return line
  }
}
