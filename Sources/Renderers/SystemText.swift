// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
public import Reporting
import TextLayout

/// The system-wide report as plain text: header, verdicts in words, then the table of processes.
///
/// No line is wider than `columns`, which is at least 60. The table ends after `mostRows`, and one line sums
/// up the rest. Nil shows all. `showsRules`: with the rule that made each verdict.
public func renderText(
  _ report: SystemReport, columns: Int = 100, mostRows: Int? = 40, showsRules: Bool = false
) -> String {
  let columns = max(60, columns)
  let rows = report.rows.prefix(max(0, mostRows ?? .max))
  var lines = headerLines(report.header, columns: columns)
  lines.append("")
  lines += verdictLines(
    report.leaks, header: report.header, columns: columns, mostEvidence: 3, most: 10,
    showsRules: showsRules)
  if report.leaks.isEmpty, let growth = report.rows.first?.growthSentence {
    lines += wrap(growth, to: columns)
  }
  lines.append("")
  if report.rows.isEmpty {
    lines.append("No process to show.")
  } else {
    lines += SystemTable(Array(rows), columns: columns).lines
    lines += restLines(report.rows.dropFirst(rows.count), columns: columns)
    lines += legendLines(Array(rows), columns: columns)
  }
  return lines.map { $0 + "\n" }.joined()
}

private func restLines(_ rest: ArraySlice<SpaceRow>, columns: Int) -> [String] {
  if rest.isEmpty { return [] }
  let processes = rest.reduce(0) { $0 + 1 + max(0, $1.otherProcesses) }
  let bytes = rest.reduce(0 as UInt64) { $0.addingClamped($1.virtualBytes) }
  return wrap(
    "… and \(counted(processes, "more process", "more processes")), \(formatBytes(bytes))",
    to: columns)
}

private func legendLines(_ rows: [SpaceRow], columns: Int) -> [String] {
  var legend: [String] = []
  if rows.contains(where: { $0.otherProcesses > 0 }) {
    legend.append("+N: processes that share this memory")
  }
  for caveat in SpaceRow.Caveat.allCases
  where rows.contains(where: { $0.caveats.contains(caveat) }) {
    legend.append("\(caveat.mark) \(caveat.rawValue)")
  }
  if rows.contains(where: { $0.residentBytes == nil }) { legend.append("? size unknown") }
  return legend.isEmpty ? [] : hanging(phrases: legend, columns: columns)
}
