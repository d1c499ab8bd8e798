// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
import Reporting
import Symbolization
import TextLayout

/// Every verdict with its sentence, evidence and call stack; or the honest sentence that there is none.
func verdictSection(_ report: SystemReport) -> String {
  if report.leaks.isEmpty {
    let growth = report.rows.first.flatMap { row -> String? in
      guard row.virtualGrowth > 0 else { return nil }
      let kind = row.growingKind.map { ", most of it \($0.rawValue)" } ?? ""
      return " Grew most: \(row.name) (pid \(row.process.raw)),"
        + " \(formatSignedBytes(row.virtualGrowth))\(kind)."
    }
    return "<p>\(verdictHeadline(report)).\(escaped(growth ?? ""))</p>"
  }
  return report.leaks.enumerated().map { card($1, isFolded: $0 >= mostUnfolded) }
    .joined(separator: "\n")
}

/// Verdicts whose evidence is seen at once; that of fifty would make a page nobody scrolls through.
private let mostUnfolded = 3

func verdictHeadline(_ report: SystemReport) -> String {
  if report.leaks.isEmpty, report.header.sawNobody { return "No process was seen" }
  return verdictHeadline(report.leaks.map(\.verdict.standing), isFinal: report.header.isFinal)
}

/// `2 leaks found, and 1 suspect`; `No leak found`.
public func verdictHeadline(_ standings: [Verdict.Standing], isFinal: Bool) -> String {
  let leaking = standings.count { $0 == .leaking }
  let suspects = standings.count { $0 == .suspect }
  let soFar = isFinal ? "" : " so far"
  let lead = leaking == 0 ? "No leak found\(soFar)" : "\(counted(leaking, "leak")) found\(soFar)"
  if suspects == 0 { return lead }
  return lead + (leaking == 0 ? ", but " : ", and ") + counted(suspects, "suspect")
}

private func card(_ leak: LeakReport, isFolded: Bool) -> String {
  let verdict = leak.verdict
  let who = verdict.processName.isEmpty ? "" : "\(verdict.processName) "
  let evidence = leak.evidence.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
  let sides = """
    <div class="sides"><div><h4>Evidence</h4><ol class="evidence">
    \(evidence)
    </ol></div><div><h4>Who mapped it, innermost call first</h4>
    \(stackList(leak.callPath))
    </div></div>
    """
  return """
    <article class="verdict \(verdict.standing.rawValue)\(isFolded ? " folded" : "")">
    <h3>\(badge(verdict.standing))\(escaped(who))(pid \(verdict.process.raw)\(leak.endedWords)), \
    \(verdict.subject.kind.rawValue)</h3>
    <p class="sentence">\(escaped(leak.message))</p>
    \(isFolded ? "<details><summary>Evidence and call stack</summary>\(sides)</details>" : sides)
    </article>
    """
}

private func stackList(_ stack: CallPath?) -> String {
  guard let stack, !stack.frames.isEmpty else {
    return "<p class=\"quiet\">The call stack is not known.</p>"
  }
  let shown = 14
  let culprit = stack.frames.firstIndex { !$0.isPlumbing }
  func items(_ range: Range<Int>) -> String {
    range.map { item(stack.frames[$0], isCulprit: $0 == culprit) }.joined(separator: "\n")
  }
  let head = min(stack.frames.count, max(shown, (culprit ?? 0) + 1))
  var text = "<ol class=\"stack\">\(items(0..<head))</ol>"
  if head < stack.frames.count {
    text +=
      "<details><summary>\(counted(stack.frames.count - head, "more frame"))</summary>"
      + "<ol class=\"stack\" start=\"\(head + 1)\">\(items(head..<stack.frames.count))</ol></details>"
  }
  if let why = stack.incomplete {
    text += "<p class=\"quiet\">It stops short: \(escaped(why.rawValue)).</p>"
  }
  return text
}

private func item(_ frame: StackFrame, isCulprit: Bool) -> String {
  let look = isCulprit ? "culprit" : frame.isPlumbing ? "plumbing" : ""
  let words = [
    frame.place, frame.isInlined ? "inlined" : "", frame.module ?? "",
    frame.unresolved?.rawValue ?? "",
  ].filter { !$0.isEmpty }
  let mark = isCulprit ? " <span class=\"look\">\u{25c0} the line to look at</span>" : ""
  return "<li class=\"\(look)\"><code>\(escaped(frame.label))</code>\(mark)"
    + "<span class=\"where\">\(escaped(words.joined(separator: ", ")))</span></li>"
}
