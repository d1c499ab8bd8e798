// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Reporting
import TextLayout

/// The table of mappings, scrolled to `state.top`.
func addMappings(_ focus: FocusReport, _ state: ViewState, page: Int, to frame: inout Frame) {
  let columns = frame.size.columns
  let page = max(1, page - 1)
  let rows = focus.mappings
  let top = min(state.top, max(0, rows.count - page))
  let visible = Array(rows.dropFirst(top).prefix(page))
  // Only visible rows are turned into text.
  let lines = MappingTable(visible, at: focus.header.when, columns: columns, isSteady: true)
    .lines(most: nil)
  frame.add(Line(lines.first ?? "", .heading).padded(to: columns, .heading))
  for (line, row) in zip(lines.dropFirst(), visible) {
    let isDead = row.thread.map { !$0.isAlive } ?? false
    frame.add(Line(line, isDead && row.kind == .threadStack ? .bold : .plain))
  }
  if rows.isEmpty { frame.add(Line("No mapping to show.")) }
  if focus.leftOut > 0 {
    frame.add(Line("\(counted(focus.leftOut, "smaller mapping")) not shown", .dim))
  }
  frame.extent = Extent(page: page, length: rows.count)
  frame.placeRight(whereabouts(state.top, frame.extent), row: paneRow)
}

/// The events of the open space, newest first.
func addEvents(_ events: [EventLine], _ state: ViewState, page: Int, to frame: inout Frame) {
  frame.extent = Extent(page: page, length: events.count)
  frame.placeRight(whereabouts(state.top, frame.extent), row: paneRow)
  if events.isEmpty {
    frame.add(Line("No events since this process was opened."))
    return
  }
  let top = min(state.top, max(0, events.count - page))
  for event in events.dropFirst(top).prefix(page) {
    frame.add(eventLine(event, columns: frame.size.columns))
  }
}

func eventLine(_ event: EventLine, columns: Int) -> Line {
  let tenths = event.at / 100_000_000
  var line = Line(padLeft("+\(tenths / 10).\(tenths % 10) s", to: 10), .dim)
  line.add(" " + padLeft(String(event.thread.raw), to: 7) + " ")
  line.add(padRight(truncate(printable(event.name), to: 15), to: 16), .dim)
  line.add(printable(event.words))
  return line.cut(to: columns)
}
