// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import Meminfo
import Reporting
import TextLayout

/// The processes of a report as a table.
func processTable(_ report: SystemReport) -> String {
  if report.rows.isEmpty { return "<p>No process to show.</p>" }
  let most = 1000
  let hasRemarks = report.rows.contains { $0.otherProcesses > 0 || !$0.caveats.isEmpty }
  let table = HTMLTable(
    id: "processes", caption: "Address spaces: leaks first, then by growth",
    columns: [
      .init(title: "PID", isNumber: true), .init(title: "Name"), .init(title: "Verdict"),
      .init(title: "Virtual", isNumber: true), .init(title: "Growth", isNumber: true),
      .init(title: "Growth per minute", isNumber: true), .init(title: "Resident", isNumber: true),
      .init(title: "Resident growth", isNumber: true), .init(title: "Mappings", isNumber: true),
      .init(title: "Growing"),
    ] + (hasRemarks ? [.init(title: "Remarks")] : []),
    rows: report.rows.prefix(most).map { row in
      let others =
        row.otherProcesses > 0
        ? ["with \(counted(row.otherProcesses, "other process", "other processes"))"] : []
      return [
        .init(String(row.process.raw), value: Double(row.process.raw)), .init(row.name),
        .init(row.standing?.word ?? "", markup: row.standing.map(badge)),
        .bytes(row.virtualBytes), .change(row.virtualGrowth), .change(row.virtualPerMinute),
        .bytes(row.residentBytes),
        row.residentBytes == nil ? .init("unknown", value: 0) : .change(row.residentGrowth),
        .count(row.mappings), .init(row.growingKind?.rawValue ?? ""),
        .init((others + row.caveats.map(\.rawValue)).joined(separator: "; ")),
      ]
    }, filterHint: "name, pid, leaking …")
  let rest = report.rows.count - most
  return table.markup
    + (rest > 0 ? "<p>\(counted(rest, "more address space")) with less growth not shown.</p>" : "")
}

/// The word of a verdict, with a frame around it.
func badge(_ standing: Verdict.Standing) -> String {
  "<span class=\"badge \(standing.rawValue)\">\(standing.word)</span>"
}

/// The live mappings of one space.
func mappingTable(_ report: FocusReport, number: Int) -> String {
  let now = report.header.when
  let most = 3000
  let title =
    "<h3>\(escaped(report.row.name)) (pid \(report.row.process.raw)):"
    + " \(counted(report.mappings.count, "mapping"))</h3>"
  if report.mappings.isEmpty { return title + "<p>No mapping to show.</p>" }
  let table = HTMLTable(
    id: "mappings-\(number)",
    caption: "Mappings of \(report.row.name) (pid \(report.row.process.raw)), by address",
    columns: [
      .init(title: "Address", look: "mono"), .init(title: "Size", isNumber: true),
      .init(title: "Access", look: "mono"), .init(title: "Kind"),
      .init(title: "Age", isNumber: true), .init(title: "Owner or path", look: "path"),
    ],
    rows: report.mappings.prefix(most).map { row in
      let age = row.born.map { now.since($0) }
      return [
        .init(
          hex(row.range.start) + "-" + hex(row.range.end), value: Double(row.range.start)),
        .bytes(row.range.length), .init(row.protection.word(isShared: row.isShared)),
        .init(row.kind.rawValue),
        .init(
          age.map { formatDuration(nanoseconds: $0) } ?? (row.isSeeded ? "before" : "unknown"),
          value: age.map { Double($0) } ?? 1e20),
        .init(row.owner()),
      ]
    }, filterHint: "kind, path, exited …")
  var left = report.leftOut
  left += max(0, report.mappings.count - most)
  return title + table.markup
    + (left > 0 ? "<p>\(counted(left, "more mapping")) not shown.</p>" : "")
}

/// The machine's memory by holder.
func memoryTable(_ report: MeminfoReport) -> String {
  let hasChange = report.elapsedNs != nil
  let groups = report.groups.filter { $0.size > 0 || $0.delta ?? 0 != 0 }
  return HTMLTable(
    id: "memory", caption: "\(formatBytes(report.total)) in total, by holder",
    columns: [
      .init(title: "Holder"), .init(title: "Size", isNumber: true),
      .init(title: "Share", isNumber: true),
    ] + (hasChange ? [.init(title: "Change", isNumber: true)] : [])
      + [.init(title: "What it is", look: "what")],
    rows: groups.map { group in
      let share = report.total == 0 ? 0 : Double(group.size) / Double(report.total)
      return [
        .init(group.holder.rawValue), .bytes(group.size), .init(formatShare(share), value: share),
      ] + (hasChange ? [.change(group.delta ?? 0)] : []) + [.init(group.holder.words)]
    }
  ).markup
}
