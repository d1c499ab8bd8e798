// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import Reporting
import Symbolization
import TextLayout

extension Verdict.Standing {
  var style: Style {
    switch self {
    case .leaking: .leaking
    case .suspect: .suspect
    case .withdrawn: .dim
    }
  }
}

/// The longest line that is easy to read, in cells.
let mostReadable = 120

/// A verdict: its word in its color, the process and the sentence. All of it is dim once the process has exited.
func sentenceLines(_ leak: LeakReport, columns: Int) -> [Line] {
  let standing = leak.verdict.standing
  let word = " \(standing.word) "
  let indent = word.count + 1
  let isOver = leak.endedAgo != nil
  let style: Style = isOver ? .dim : standing == .leaking ? .bold : .plain
  return wrap(
    "\(leak.who): \(printable(leak.message))", to: max(20, min(columns, mostReadable) - indent)
  ).enumerated()
    .map { index, text in
      var line = Line()
      if index == 0 { line.add(word, isOver ? .dim : standing.style) }
      line.pad(to: indent)
      line.add(text, style)
      return line
    }
}

/// The function that mapped the memory, and where; none when it is unknown.
func culpritLines(_ leak: LeakReport, columns: Int, indent: Int = 0) -> [Line] {
  guard let frame = leak.callPath?.culprit, let function = frame.function else { return [] }
  var line = Line(String(repeating: " ", count: indent))
  line.add("made by ")
  let room = max(0, columns - line.width)
  let name = printable(function)
  let place = printable(frame.placeOrModule)
  if place.isEmpty {
    line.add(truncate(name, to: room), .bold)
    return [line]
  }
  // File name and line matter most, then the function. Directories get the rest of the line.
  let file = place.split(separator: "/").last.map { displayWidth($0) + 1 } ?? 0
  let least = min(displayWidth(place), file, max(0, room - 4 - 8))
  let shown = truncateFront(place, to: max(least, room - 4 - displayWidth(name)))
  line.add(truncate(name, to: max(0, room - 4 - displayWidth(shown))), .bold)
  line.add(" at \(shown)")
  return [line.cut(to: columns)]
}

/// The call path: one line while folded, else one line per frame.
func callPathLines(_ path: CallPath, isUnfolded: Bool, columns: Int) -> [Line] {
  let count = counted(path.frames.count, "frame")
  guard isUnfolded else {
    let names = path.frames.compactMap { $0.isPlumbing ? nil : $0.function }.map { printable($0) }
    var line = Line("  + call path, \(count)")
    line.add(names.isEmpty ? "" : ": \(names.joined(separator: " < "))")
    line.add("  (u unfolds)", .dim)
    return [line.width <= columns ? line : Line("  + call path, \(count)  (u unfolds)")]
  }
  let culprit = path.culprit
  var lines = [Line("  - call path, \(count), innermost first")]
  for (index, frame) in path.frames.enumerated() {
    var line = Line(padLeft("\(index)", to: 6) + "  ")
    let name = frame.function.map { printable($0) } ?? hex(frame.address)
    line.add(truncate(name, to: max(16, columns * 3 / 5)), frame == culprit ? .bold : .plain)
    if frame.isInlined { line.add(" (inlined)", .dim) }
    let place = frame.placeOrModule
    if !place.isEmpty {
      line.add("  " + truncateFront(printable(place), to: max(8, columns - line.width - 2)), .dim)
    }
    lines.append(line)
  }
  if let reason = path.incomplete {
    lines.append(Line("        incomplete: \(reason.rawValue)", .dim))
  }
  return lines
}
