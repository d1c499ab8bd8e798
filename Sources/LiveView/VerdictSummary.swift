// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import Reporting
import TextLayout

/// All verdicts in at most `most` lines, in the order of the report, or the honest sentence that there is
/// none.
func verdictSummary(_ report: SystemReport, columns: Int, most: Int) -> [Line] {
  let leaks = report.leaks
  var lines: [Line] = []
  if !leaks.contains(where: { $0.endedAgo == nil && $0.verdict.standing == .leaking }) {
    lines += flow(noLeakLine(report), columns: columns)
  }
  var shown = 0
  for leak in leaks {
    let sentence = sentenceLines(leak, columns: columns)
    let isLast = shown == leaks.count - 1
    if lines.count + sentence.count + (isLast ? 0 : 1) > most {
      // The first verdict is always shown, because the alarm is about it.
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

/// That nothing that still runs leaks, how sure that is, and what grew most.
private func noLeakLine(_ report: SystemReport) -> Line {
  let alive = report.leaks.filter { $0.endedAgo == nil }
  let hasPast = report.leaks.contains { $0.verdict.standing == .leaking }
  let words = verdictHeadline(
    alive.map(\.verdict.standing), isFinal: false,
    scope: hasPast ? "in running processes" : nil)
  var line = Line(words + ".", .bold)
  if let doubt = report.header.coverage.doubt { line.add(" " + doubt) }
  if report.leaks.isEmpty, let growth = report.rows.first?.growthSentence {
    line.add(" " + growth)
  }
  return line
}

/// The verdicts that have no room: `and 5 more leaks and 5 suspects below; 24 in processes that have
/// exited`.
///
/// For running processes it counts rows of the table, where the verdict stands and Enter shows the rest.
/// Processes that have exited have no row.
private func restWords(_ leaks: [LeakReport], shown: Int, isShort: Bool = false) -> String {
  let rest = leaks.dropFirst(shown)
  let alive = rest.filter { $0.endedAgo == nil }
  let above = Set(leaks.prefix(shown).map(\.verdict.subject.space))
  func spaces(_ standing: Verdict.Standing) -> Set<Int> {
    Set(alive.filter { $0.verdict.standing == standing }.map(\.verdict.subject.space))
  }
  let leaking = spaces(.leaking).subtracting(above)
  let suspect = spaces(.suspect).subtracting(above).subtracting(leaking)
  var rows: [String] = []
  if !leaking.isEmpty { rows.append(counted(leaking.count, "more leak")) }
  if !suspect.isEmpty {
    rows.append(counted(suspect.count, rows.isEmpty ? "more suspect" : "suspect"))
  }
  var phrases = rows.isEmpty ? [] : [rows.joined(separator: " and ") + " below"]
  let further = alive.filter { above.contains($0.verdict.subject.space) }
  if !further.isEmpty {
    let isOne = Set(further.map(\.verdict.subject.space)).count == 1
    phrases.append(
      counted(further.count, "more finding")
        + (isOne ? " in a process above" : " in processes above"))
  }
  let exited = rest.count - alive.count
  if exited > 0 {
    phrases.append(
      isShort
        ? "\(exited) exited"
        : phrases.isEmpty
          ? exitedPhrase(exited, of: counted(exited, "more finding")) : exitedPhrase(exited))
  }
  return "and " + phrases.joined(separator: "; ")
}

/// The line broken at spaces into lines of at most `columns` cells. Each word keeps its style.
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
