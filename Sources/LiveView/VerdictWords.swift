// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import Renderers
import Reporting
import Symbolization

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

/// A verdict: its word in its color, who, and the sentence.
func sentenceLines(_ leak: LeakReport, columns: Int) -> [Line] {
  let verdict = leak.verdict
  let word = " \(verdict.standing.word) "
  let name = truncate(printable(verdict.processName), to: 24)
  let who = name.isEmpty ? "pid \(verdict.process.raw)" : "\(name) (pid \(verdict.process.raw))"
  let indent = word.count + 1
  let isGrave = verdict.standing == .leaking
  return wrap(
    "\(who): \(printable(leak.message))", to: max(20, min(columns, mostReadable) - indent)
  ).enumerated()
    .map { index, text in
      var line = Line()
      if index == 0 { line.add(word, verdict.standing.style) }
      line.pad(to: indent)
      line.add(text, isGrave ? .bold : .plain)
      return line
    }
}

/// Where the memory was asked for; none when it is unknown.
func culpritLines(_ leak: LeakReport, columns: Int, indent: Int = 0) -> [Line] {
  guard let frame = leak.callStack?.culprit, let function = frame.function else { return [] }
  var line = Line(String(repeating: " ", count: indent))
  line.add("made by ")
  line.add(truncate(printable(function), to: max(16, columns / 2)), .bold)
  let place = frame.place
  if !place.isEmpty { line.add(" at \(truncateFront(printable(place), to: columns / 2))") }
  return [line.cut(to: columns)]
}

/// The call path: in one line while folded, else a line for each frame.
func stackLines(_ stack: CallStack, isUnfolded: Bool, columns: Int) -> [Line] {
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
    let place = frame.place
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

extension StackFrame {
  /// File and line, else the module.
  var place: String {
    if let file { return line.map { "\(file):\($0)" } ?? file }
    return module ?? unresolved?.rawValue ?? ""
  }
}

/// All verdicts in at most `most` lines, the gravest first; or the honest sentence that there is none.
func verdictSummary(_ report: SystemReport, columns: Int, most: Int) -> [Line] {
  let leaks = report.leaks
  let leaking = leaks.count { $0.verdict.standing == .leaking }
  let suspects = leaks.count { $0.verdict.standing == .suspect }
  var lines: [Line] = []
  if leaking == 0 {
    var line = Line("No leak found so far", .bold)
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
    let sentence =
      sentenceLines(leak, columns: columns)
      + culpritLines(leak, columns: columns, indent: leak.verdict.standing.word.count + 3)
    let isLast = shown == leaks.count - 1
    if lines.count + sentence.count + (isLast ? 0 : 1) > most {
      // The first one is shown at any price: it is what the alarm is about.
      if shown == 0, most > lines.count {
        lines += sentence.prefix(most - lines.count)
        shown += 1
      }
      break
    }
    lines += sentence
    shown += 1
  }
  if shown < leaks.count, lines.count < most {
    let rest = leaks.count - shown
    lines.append(
      Line("and \(counted(rest, "more verdict")): see the column VERDICT, Enter opens one", .bold))
  }
  return lines
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
