// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import Reporting
import TextLayout

/// One verdict for a person: its word, the process and the sentence; then the numbered evidence, the rule
/// that made it where asked for, and the call path when it is known.
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
  let path = leak.callPath.map { callPathLines($0, columns: columns) } ?? []
  return sentence + evidence + rule + path
}

/// All verdicts in the order of the report, or the honest sentence that there is none.
///
/// Past `mostEvidence` a verdict has its sentence only. Past `most` verdicts are just counted.
func verdictLines(
  _ leaks: [LeakReport], header: ReportHeader, columns: Int, mostEvidence: Int = .max,
  most: Int = .max, showsRules: Bool = false
) -> [String] {
  var lines = headline(leaks, header: header, columns: columns)
  for (index, leak) in leaks.prefix(most).enumerated() {
    lines += leakLines(
      leak, columns: columns, showsEvidence: index < mostEvidence, showsRule: showsRules)
  }
  if leaks.count > mostEvidence {
    let rest = leaks.count > most ? "… and \(counted(leaks.count - most, "more verdict")). " : ""
    // A process that has exited cannot be opened any more.
    let canOpen = leaks.dropFirst(mostEvidence).contains { $0.endedAgo == nil }
    lines += wrap(rest + (canOpen ? "For the evidence: bpfleak --pid PID" : ""), to: columns)
  }
  return lines
}

/// What was found, in one sentence; none above a single leak, which says it all.
private func headline(_ leaks: [LeakReport], header: ReportHeader, columns: Int) -> [String] {
  if leaks.isEmpty, header.sawNobody {
    let soFar = header.isFinal ? "" : " so far"
    return wrap(
      "No process of \(printable(header.scope)) was seen\(soFar), so nothing was judged.",
      to: columns)
  }
  let standings = leaks.map(\.verdict.standing)
  let words = verdictHeadline(standings, isFinal: header.isFinal)
  if !standings.contains(.leaking) {
    return wrap(words + "." + (header.coverage.doubt.map { " " + $0 } ?? ""), to: columns)
  }
  guard standings.count(where: { $0 != .withdrawn }) > 1 else { return [] }
  let exited = leaks.count { $0.endedAgo != nil }
  let isMixed = exited > 0 && exited < leaks.count
  return wrap(words + (isMixed ? "; \(exitedPhrase(exited))" : "") + ":", to: columns)
}
