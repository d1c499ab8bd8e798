// SPDX-License-Identifier: Apache-2.0
import Reporting
import TextLayout

/// The frame for a screen of that size: the table of processes, one open process, or help.
public func render(_ content: LiveContent, _ state: ViewState, size: Size) -> Frame {
  if size.columns < 40 || size.rows < 8 { return renderTiny(content, size: size) }
  if state.showsHelp { return renderHelp(state, size: size) }
  if state.focus != nil { return renderFocus(content, state, size: size) }
  return renderTable(content, state, size: size)
}

private func renderTable(_ content: LiveContent, _ state: ViewState, size: Size) -> Frame {
  var frame = Frame(size: size)
  let columns = size.columns
  let isShort = size.rows < 18
  frame.add(titleLines(content, state, columns: columns))
  frame.add(memoryLines(content, columns: columns, most: isShort ? 1 : 4))
  if !isShort { frame.add(Line()) }
  frame.add(
    verdictSummary(content.report, columns: columns, most: max(2, min(14, size.rows / 4))))
  if !isShort { frame.add(Line()) }

  let rows = state.rows(of: content.report)
  let table = ProcessTable(room: columns)
  frame.add(table.heading(state))
  let page = max(1, frame.room - 2)
  let order = rows.map(\.space)
  frame.extent = Extent(order: order, page: page, length: rows.count)
  let cursor = state.cursor(in: order)
  let place = cursor.flatMap { order.firstIndex(of: $0) } ?? 0
  // The cursor stays in the middle, so that the rows around it are visible.
  let start = max(0, min(place - page / 2, rows.count - page))
  let visible = rows[start..<min(rows.count, start + page)]
  for row in visible { frame.add(table.line(row, isSelected: row.space == cursor)) }
  if rows.isEmpty {
    frame.add(
      Line(
        state.filter.isEmpty
          ? "No process to show." : "Nothing matches '\(printable(state.filter))'; Esc shows all."))
  }
  frame.leave(2)
  frame.add(statusLine(content, state, shown: rows.count, visible: Array(visible)))
  frame.add(keyLine(state, columns: columns))
  return frame
}

/// The filter, the sort order, and the marks before names.
private func statusLine(
  _ content: LiveContent, _ state: ViewState, shown: Int, visible: [SpaceRow]
) -> Line {
  if let notice = content.notice { return Line(printable(notice), .bold) }
  var phrases: [String] = []
  if !state.filter.isEmpty {
    phrases.append("filter '\(printable(state.filter))': \(shown) of \(content.report.rows.count)")
  }
  if state.sort != .growth || state.isReversed {
    phrases.append("sorted by \(state.sort.words)" + (state.isReversed ? ", reversed" : ""))
  }
  for caveat in SpaceRow.Caveat.allCases
  where visible.contains(where: { $0.caveats.contains(caveat) }) {
    phrases.append("\(caveat.mark) \(caveat.rawValue)")
  }
  if visible.contains(where: { $0.otherProcesses > 0 }) {
    phrases.append("+N: processes that share this memory")
  }
  return Line(phrases.joined(separator: "; "), .dim)
}

/// For a screen too small for a table: the verdicts in words.
private func renderTiny(_ content: LiveContent, size: Size) -> Frame {
  var frame = Frame(size: size)
  frame.add(
    verdictSummary(content.report, columns: max(8, size.columns), most: max(1, size.rows - 1)))
  frame.leave(1)
  frame.add(Line("\(size.columns)x\(size.rows) is too small; 80x24 shows all", .dim))
  return frame
}
