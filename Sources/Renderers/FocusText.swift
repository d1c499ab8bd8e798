// SPDX-License-Identifier: Apache-2.0
import MappingEvents
public import Reporting
import TextLayout

/// One address space as plain text: header, verdict and evidence, sizes, groups, mappings.
///
/// No line is wider than `columns`, which is at least 60. A table of more than `mostMappings` is cut in the
/// middle, and with 0 it is just counted. One line sums up the groups past `mostGroups`. Nil shows all.
/// `showsRules`: with the rule that made each verdict.
public func renderText(
  _ report: FocusReport, columns: Int = 100, mostMappings: Int? = 200, mostGroups: Int? = 30,
  showsRules: Bool = false
) -> String {
  let columns = max(60, columns)
  var lines = headerLines(report.header, columns: columns)
  lines.append("")
  lines += verdictLines(
    report.leaks, header: report.header, columns: columns, showsRules: showsRules)
  lines.append("")
  lines += processLines(report, columns: columns) + sizeLines(report, columns: columns)
  lines.append("")
  if report.mappings.isEmpty {
    lines.append("No mapping to show.")
  } else {
    lines += groupLines(report.groups, columns: columns, most: mostGroups)
    lines.append("")
    lines += MappingTable(report.mappings, at: report.header.when, columns: columns)
      .lines(most: mostMappings)
  }
  if report.leftOut > 0 {
    lines.append("\(counted(report.leftOut, "smaller mapping")) not shown")
  }
  return lines.map { $0 + "\n" }.joined()
}

private func processLines(_ report: FocusReport, columns: Int) -> [String] {
  func words(_ process: (id: ProcessID, name: String, threads: Int)) -> String {
    let name = truncate(printable(process.name), to: 24)
    return "\(name) (pid \(process.id.raw)) with \(counted(process.threads, "thread"))"
  }
  guard let first = report.processes.first else {
    return [
      "\(truncate(printable(report.row.name), to: 24)) (pid \(report.row.process.raw)) has exited"
    ]
  }
  let others = report.processes.dropFirst()
  var lines = wrap(words(first), to: columns)
  if others.isEmpty { return lines }
  var phrases = others.prefix(8).map(words)
  if others.count > 8 { phrases.append("… and \(formatCount(UInt64(others.count - 8))) more") }
  lines += hanging(phrases: phrases, after: "same address space: ", columns: columns)
  return lines
}

private func sizeLines(_ report: FocusReport, columns: Int) -> [String] {
  let row = report.row
  let since = report.header.mark == nil ? "start" : "mark"
  func growth(_ bytes: Int64) -> String {
    bytes == 0 ? "unchanged" : "\(formatSignedBytes(bytes)) since the \(since)"
  }
  func rate(_ perSecond: Double, _ done: String) -> String {
    perSecond > 0 ? "\(compactRate(perSecond)) \(done) per second" : "none \(done)"
  }
  func line(_ title: String, _ size: String, _ words: [String]) -> [String] {
    let first = padRight(title, to: 9) + padLeft(size, to: 10)
    if words.isEmpty { return [first] }
    return hanging(phrases: words, after: first + ", ", columns: columns)
  }
  var virtual = [growth(row.virtualGrowth)]
  if row.virtualPerMinute != 0 {
    virtual.append("\(formatSignedBytes(row.virtualPerMinute)) per minute")
  }
  if let kind = row.growingKind { virtual.append("growing: \(kind.rawValue)") }
  let rates = [rate(row.mapsPerSecond, "mapped"), rate(row.unmapsPerSecond, "unmapped")]
  return line("virtual", formatBytes(row.virtualBytes), virtual)
    + line(
      "resident", row.residentBytes.map(formatBytes) ?? "unknown",
      row.residentBytes == nil ? [] : [growth(row.residentGrowth)])
    + line("mappings", formatCount(UInt64(max(0, row.mappings))), rates)
    + row.caveats.map { truncate("\($0.mark) \($0.rawValue)", to: columns) }
}

private func groupLines(_ groups: [MappingGroup], columns: Int, most: Int?) -> [String] {
  let shown = groups.prefix(max(0, most ?? .max))
  let rest = groups.dropFirst(shown.count)
  let bytes = rest.reduce(0 as UInt64) { $0.addingClamped($1.bytes) }
  let summary = "… and \(counted(rest.count, "more group")), \(formatBytes(bytes))"
  return ["Mappings by kind, size and caller, with their ages:"]
    + GroupTable(Array(shown), columns: columns).lines + (rest.isEmpty ? [] : [summary])
}
