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

/// Cells of a line that the eye still finds its way back from.
let mostReadable = 120

/// A verdict: its word in its color, who, and the sentence; all of it dim once the process has ended.
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

/// Where the memory was asked for; none when it is unknown.
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
  // File name and line are what one goes to; then the function; the folders get what is left.
  let file = place.split(separator: "/").last.map { displayWidth($0) + 1 } ?? 0
  let least = min(displayWidth(place), file, max(0, room - 4 - 8))
  let shown = truncateFront(place, to: max(least, room - 4 - displayWidth(name)))
  line.add(truncate(name, to: max(0, room - 4 - displayWidth(shown))), .bold)
  line.add(" at \(shown)")
  return [line.cut(to: columns)]
}

/// The call path: in one line while folded, else a line for each frame.
func stackLines(_ stack: CallPath, isUnfolded: Bool, columns: Int) -> [Line] {
  let count = counted(stack.frames.count, "frame")
  guard isUnfolded else {
    let names = stack.frames.compactMap { $0.isPlumbing ? nil : $0.function }.map { printable($0) }
    var line = Line("  + call path, \(count)")
    line.add(names.isEmpty ? "" : ": \(names.joined(separator: " < "))")
    line.add("  (u unfolds)", .dim)
    return [line.width <= columns ? line : Line("  + call path, \(count)  (u unfolds)")]
  }
  let culprit = stack.culprit
  var lines = [Line("  - call path, \(count), innermost first")]
  for (index, frame) in stack.frames.enumerated() {
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
  if let reason = stack.incomplete {
    lines.append(Line("        ends here: \(reason.rawValue)", .dim))
  }
  return lines
}

/// All verdicts in at most `most` lines, in the order of the report: the gravest first, those of ended
/// processes last; or the honest sentence that there is none.
func verdictSummary(_ report: SystemReport, columns: Int, most: Int) -> [Line] {
  let leaks = report.leaks
  let alive = leaks.filter { $0.endedAgo == nil }
  let suspects = alive.count { $0.verdict.standing == .suspect }
  var lines: [Line] = []
  if !alive.contains(where: { $0.verdict.standing == .leaking }) {
    let isPast = leaks.contains { $0.verdict.standing == .leaking }
    var line = Line("No leak found so far" + (isPast ? " in what still runs" : ""), .bold)
    line.add(suspects == 0 ? "." : ", but \(counted(suspects, "suspect")).")
    if !report.header.coverage.isComplete {
      line.add(" Events were lost, so one may have been missed.")
    }
    if leaks.isEmpty, let first = report.rows.first, first.virtualGrowth > 0 {
      line.add(" Grew most: \(truncate(printable(first.name), to: 24)) (pid \(first.process.raw)),")
      line.add(" \(formatSignedBytes(first.virtualGrowth))")
      line.add(first.growingKind.map { ", most of it \($0.rawValue)" } ?? "")
      line.add(".")
    }
    lines += flow(line, columns: columns)
  }
  var shown = 0
  for leak in leaks {
    let sentence = sentenceLines(leak, columns: columns)
    let isLast = shown == leaks.count - 1
    if lines.count + sentence.count + (isLast ? 0 : 1) > most {
      // The first one is shown at any price: it is what the alarm is about.
      if shown == 0, most > lines.count {
        lines += sentence.prefix(max(1, most - lines.count - (isLast ? 0 : 1)))
        shown += 1
      }
      break
    }
    lines += sentence
    shown += 1
  }
  if shown < leaks.count, lines.count < most {
    let words = restWords(leaks, shown: shown)
    lines.append(
      Line(words.count <= columns ? words : restWords(leaks, shown: shown, isShort: true), .bold))
  }
  return lines
}

/// What of the verdicts has no room: `and 4 more LEAKING, 1 SUSPECT below; 18 of processes that have
/// ended`.
///
/// Of live processes it counts rows of the table, where the word stands and Enter tells the rest; what
/// has ended has no row.
private func restWords(_ leaks: [LeakReport], shown: Int, isShort: Bool = false) -> String {
  let rest = leaks.dropFirst(shown)
  let alive = rest.filter { $0.endedAgo == nil }
  let told = Set(leaks.prefix(shown).map(\.verdict.subject.space))
  func spaces(_ standing: Verdict.Standing) -> Set<Int> {
    Set(alive.filter { $0.verdict.standing == standing }.map(\.verdict.subject.space))
  }
  let leaking = spaces(.leaking).subtracting(told)
  let suspect = spaces(.suspect).subtracting(told).subtracting(leaking)
  var rows: [String] = []
  if !leaking.isEmpty { rows.append("\(leaking.count) more LEAKING") }
  if !suspect.isEmpty { rows.append("\(suspect.count) \(rows.isEmpty ? "more " : "")SUSPECT") }
  var phrases = rows.isEmpty ? [] : [rows.joined(separator: ", ") + " below"]
  let more = alive.count { told.contains($0.verdict.subject.space) }
  if more > 0 { phrases.append("\(counted(more, "more verdict")) on the same") }
  let ended = rest.count - alive.count
  if ended > 0 {
    phrases.append(
      isShort
        ? "\(ended) ended"
        : phrases.isEmpty
          ? "\(counted(ended, "more verdict")), of processes that have ended"
          : "\(ended) of processes that have ended")
  }
  return "and " + phrases.joined(separator: "; ")
}

/// A line broken at spaces, each word in its style.
func flow(_ line: Line, columns: Int) -> [Line] {
  var lines: [Line] = []
  var current = Line()
  for span in line.spans {
    for (index, part) in span.text.split(separator: " ", omittingEmptySubsequences: false)
      .enumerated()
    {
      let word = (index == 0 ? "" : " ") + part
      if current.width > 0, current.width + displayWidth(word) > columns {
        lines.append(current)
        current = Line(String(part), span.style)
      } else {
        current.add(word, span.style)
      }
    }
  }
  lines.append(current)
  return lines
}
