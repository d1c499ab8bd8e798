// SPDX-License-Identifier: Apache-2.0
import Reporting
import Symbolization
import TextLayout

/// A call path for a person, one line per frame, innermost first. `>` marks the frame to look at.
///
/// Past `most` frames the outermost are left out, but never the culprit.
func callPathLines(_ path: CallPath, columns: Int, most: Int = 12) -> [String] {
  let culprit = path.frames.firstIndex { !$0.isPlumbing }
  var lines = ["   Call path" + (culprit == nil ? ":" : " (> marks the line to look at):")]
  var shown = Array(path.frames.indices.prefix(most))
  if let culprit, culprit >= most { shown = shown.dropLast() + [culprit] }
  for (position, index) in shown.enumerated() {
    if position > 0, index > shown[position - 1] + 1 {
      let count = index - shown[position - 1] - 1
      lines.append("       … \(counted(count, "frame")) not shown")
    }
    let mark = index == culprit ? ">" : " "
    lines.append(line(of: path.frames[index], mark: mark, columns: columns))
  }
  let rest = path.frames.count - 1 - (shown.last ?? -1)
  if rest > 0 { lines.append("       … \(counted(rest, "more outer frame"))") }
  if path.frames.isEmpty { lines = ["   Call path: unknown."] }
  if let why = path.incomplete {
    lines += hanging("(incomplete: \(why.rawValue))", after: "       ", columns: columns)
  }
  return lines
}

/// `   > at spawn_worker (stackleak.c:6)`, with the module where the file is unknown.
private func line(of frame: StackFrame, mark: String, columns: Int) -> String {
  let first = "     \(mark) at "
  let module = frame.module.map { StackFrame.fileName(printable($0)) } ?? ""
  let isNamed = frame.function?.isEmpty == false
  let place = frame.place.isEmpty ? (isNamed ? module : "") : printable(frame.place)
  let inlined = frame.isInlined ? ", inlined" : ""
  let why = frame.unresolved.map { " (\($0.rawValue))" } ?? ""
  let room = columns - displayWidth(first)
  let label = isNamed ? printable(frame.label) : printable(frame.label) + why
  if place.isEmpty { return first + truncate(label, to: room) }
  // The end of a file path says most. The function gets the rest of the line, and at least half of it.
  let shownPlace = truncateFront(
    place, to: max(room / 2, room - displayWidth(label)) - 3 - inlined.utf8.count)
  let tail = " (\(shownPlace)\(inlined))"
  return first + truncate(label, to: room - displayWidth(tail)) + tail
}
