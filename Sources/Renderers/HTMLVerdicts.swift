// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import Reporting
import Symbolization
import TextLayout

/// Every verdict with its sentence, evidence and call path, or the honest sentence that there is none.
func verdictSection(_ report: SystemReport) -> String {
  if report.leaks.isEmpty {
    let growth = report.rows.first?.growthSentence.map { " " + $0 } ?? ""
    return "<p>\(verdictHeadline(report)).\(escaped(growth))</p>"
  }
  return report.leaks.enumerated().map { card($1, isFolded: $0 >= mostUnfolded) }
    .joined(separator: "\n")
}

/// Verdicts with open evidence. The others start folded, so that the page stays short.
private let mostUnfolded = 3

func verdictHeadline(_ report: SystemReport) -> String {
  if report.leaks.isEmpty, report.header.sawNobody { return "No process was seen" }
  return verdictHeadline(report.leaks.map(\.verdict.standing), isFinal: report.header.isFinal)
}

private func card(_ leak: LeakReport, isFolded: Bool) -> String {
  let verdict = leak.verdict
  let who = verdict.processName.isEmpty ? "" : "\(verdict.processName) "
  let evidence = leak.evidence.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
  let sides = """
    <div class="sides"><div><h4>Evidence</h4><ol class="evidence">
    \(evidence)
    </ol></div><div><h4>Call path, innermost call first</h4>
    \(pathList(leak.callPath))
    </div></div>
    """
  return """
    <article class="verdict \(verdict.standing.rawValue)\(isFolded ? " folded" : "")">
    <h3>\(badge(verdict.standing))\(escaped(who))(pid \(verdict.process.raw)\(leak.exitedWords)), \
    \(verdict.subject.kind.rawValue)</h3>
    <p class="sentence">\(escaped(leak.message))</p>
    \(isFolded ? "<details><summary>Evidence and call path</summary>\(sides)</details>" : sides)
    </article>
    """
}

private func pathList(_ path: CallPath?) -> String {
  guard let path, !path.frames.isEmpty else {
    return "<p class=\"quiet\">The call path is unknown.</p>"
  }
  let shown = 14
  let culprit = path.frames.firstIndex { !$0.isPlumbing }
  func items(_ range: Range<Int>) -> String {
    range.map { item(path.frames[$0], isCulprit: $0 == culprit) }.joined(separator: "\n")
  }
  let head = min(path.frames.count, max(shown, (culprit ?? 0) + 1))
  var text = "<ol class=\"stack\">\(items(0..<head))</ol>"
  if head < path.frames.count {
    text +=
      "<details><summary>\(counted(path.frames.count - head, "more frame"))</summary>"
      + "<ol class=\"stack\" start=\"\(head + 1)\">\(items(head..<path.frames.count))</ol></details>"
  }
  if let why = path.incomplete {
    text += "<p class=\"quiet\">Incomplete: \(escaped(why.rawValue)).</p>"
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
