// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import Reporting
import TextLayout

/// One verdict for a person: its word, who, the sentence; then the evidence, numbered, the rule that
/// made it where asked for, and the call path when it is known.
func leakLines(
  _ leak: LeakReport, columns: Int, showsEvidence: Bool = true, showsRule: Bool = false
) -> [String] {
  let sentence = hanging(
    "\(leak.who): \(printable(leak.message))", after: leak.verdict.standing.word + "  ",
    columns: columns)
  guard showsEvidence else { return sentence }
  let evidence = leak.evidence.enumerated().flatMap { index, fact in
    hanging(printable(fact), after: padLeft("\(index + 1)", to: 4) + ". ", columns: columns)
  }
  let rule = showsRule ? ["      Rule: \(leak.verdict.rule) (docs/judging.md)"] : []
  let stack = leak.callPath.map { stackLines($0, columns: columns) } ?? []
  return sentence + evidence + rule + stack
}

extension LeakReport {
  /// Whose leak it is: `server (pid 31108)`, `server (pid 31108, ended 45 s ago)`.
  package var who: String {
    let name = truncate(printable(verdict.processName), to: 24)
    let pid = "pid \(verdict.process.raw)" + endedWords
    return name.isEmpty ? pid : "\(name) (\(pid))"
  }

  /// `, ended 45 s ago`; empty while the process lives.
  package var endedWords: String {
    endedAgo.map { ", ended \(formatDuration(nanoseconds: $0)) ago" } ?? ""
  }
}

/// All verdicts, or the honest sentence that there is none.
///
/// Verdicts past `mostEvidence` get their sentence only, those past `most` are just counted. Those of
/// ended processes stand last, as the report has them.
func verdictLines(
  _ leaks: [LeakReport], header: ReportHeader, columns: Int, mostEvidence: Int = .max,
  most: Int = .max, showsRules: Bool = false
) -> [String] {
  var lines: [String] = []
  let leaking = leaks.count { $0.verdict.standing == .leaking }
  let suspects = leaks.count { $0.verdict.standing == .suspect }
  if leaks.isEmpty, header.sawNobody {
    lines += wrap(
      "No process of \(printable(header.scope)) was seen\(header.isFinal ? "" : " so far"), so nothing was"
        + " judged.", to: columns)
  } else if leaking == 0 {
    let noLeak =
      "No leak found" + (header.isFinal ? "" : " so far")
      + (suspects == 0 ? "." : ", but \(counted(suspects, "suspect")).")
    let lost = header.coverage.isComplete ? "" : " Events were lost, so one may have been missed."
    lines += wrap(noLeak + lost, to: columns)
  } else if leaking + suspects > 1 {
    let also = suspects == 0 ? "" : ", and \(counted(suspects, "suspect"))"
    let ended = leaks.count { $0.endedAgo != nil }
    let over = ended == 0 || ended == leaks.count ? "" : "; \(ended) of processes that have ended"
    lines.append("\(counted(leaking, "leak")) found\(also)\(over):")
  }
  for (index, leak) in leaks.prefix(most).enumerated() {
    lines += leakLines(
      leak, columns: columns, showsEvidence: index < mostEvidence, showsRule: showsRules)
  }
  if leaks.count > mostEvidence {
    let rest = leaks.count > most ? "… and \(counted(leaks.count - most, "more verdict")). " : ""
    // Of what has ended nobody can ask for more.
    let canAsk = leaks.dropFirst(mostEvidence).contains { $0.endedAgo == nil }
    lines += wrap(rest + (canAsk ? "The evidence of each: bpfleak --pid PID" : ""), to: columns)
  }
  return lines
}
