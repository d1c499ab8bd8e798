// SPDX-License-Identifier: Apache-2.0
import Reporting
import Symbolization
import TextLayout

/// A call stack for a person, innermost frame first, a line each; the frame to look at is marked `>`.
///
/// Of more than `most` frames the outermost are left out, the culprit never is.
func stackLines(_ stack: CallPath, columns: Int, most: Int = 12) -> [String] {
  let culprit = stack.frames.firstIndex { !$0.isPlumbing }
  var lines = ["   Mapped by" + (culprit == nil ? ":" : ", the line to look at marked with >:")]
  var shown = Array(stack.frames.indices.prefix(most))
  if let culprit, culprit >= most { shown = shown.dropLast() + [culprit] }
  for (position, index) in shown.enumerated() {
    if position > 0, index > shown[position - 1] + 1 {
      let count = index - shown[position - 1] - 1
      lines.append("       … \(counted(count, "frame")) between")
    }
    let mark = index == culprit ? ">" : " "
    lines.append(line(of: stack.frames[index], mark: mark, columns: columns))
  }
  let rest = stack.frames.count - 1 - (shown.last ?? -1)
  if rest > 0 { lines.append("       … \(counted(rest, "more frame")), outwards") }
  if stack.frames.isEmpty { lines = ["   Mapped by: no frame is known."] }
  if let why = stack.incomplete {
    lines += hanging("(incomplete: \(why.rawValue))", after: "       ", columns: columns)
  }
  return lines
}

/// `   > at spawn_worker (stackleak.c:6)`; a module serves where there is no file.
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
  // The end of a path says most; a function's name gets what is left, and at least half.
  let shownPlace = truncateFront(
    place, to: max(room / 2, room - displayWidth(label)) - 3 - inlined.utf8.count)
  let tail = " (\(shownPlace)\(inlined))"
  return first + truncate(label, to: room - displayWidth(tail)) + tail
}
