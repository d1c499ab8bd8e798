// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import Reporting

/// One verdict for a person: its word, who, the sentence; then the evidence, numbered, and the call
/// stack when it is known.
func leakLines(_ leak: LeakReport, columns: Int, showsEvidence: Bool = true) -> [String] {
  let verdict = leak.verdict
  let name = truncate(printable(verdict.processName), to: 24)
  let who = name.isEmpty ? "pid \(verdict.process.raw)" : "\(name) (pid \(verdict.process.raw))"
  let sentence = hanging(
    "\(who): \(printable(leak.message))", after: verdict.standing.word + "  ", columns: columns)
  guard showsEvidence else { return sentence }
  let evidence = leak.evidence.enumerated().flatMap { index, fact in
    hanging(printable(fact), after: padLeft("\(index + 1)", to: 4) + ". ", columns: columns)
  }
  let stack = leak.callStack.map { stackLines($0, columns: columns) } ?? []
  return sentence + evidence + stack
}

/// All verdicts, or the honest sentence that there is none.
///
/// Verdicts past `mostEvidence` get their sentence only, those past `most` are just counted.
func verdictLines(
  _ leaks: [LeakReport], header: ReportHeader, columns: Int, mostEvidence: Int = .max,
  most: Int = .max
) -> [String] {
  var lines: [String] = []
  let leaking = leaks.count { $0.verdict.standing == .leaking }
  let suspects = leaks.count { $0.verdict.standing == .suspect }
  if leaking == 0 {
    let noLeak =
      "No leak found" + (header.isFinal ? "" : " so far")
      + (suspects == 0 ? "." : ", but \(counted(suspects, "suspect")).")
    let lost = header.coverage.isComplete ? "" : " Events were lost, so one may have been missed."
    lines += wrap(noLeak + lost, to: columns)
  } else if leaking + suspects > 1 {
    let also = suspects == 0 ? "" : ", and \(counted(suspects, "suspect"))"
    lines.append("\(counted(leaking, "leak")) found\(also):")
  }
  for (index, leak) in leaks.prefix(most).enumerated() {
    lines += leakLines(leak, columns: columns, showsEvidence: index < mostEvidence)
  }
  if leaks.count > mostEvidence {
    let rest = leaks.count > most ? "… and \(counted(leaks.count - most, "more verdict")). " : ""
    lines += wrap(rest + "The evidence of each: bpfleak --pid PID", to: columns)
  }
  return lines
}
