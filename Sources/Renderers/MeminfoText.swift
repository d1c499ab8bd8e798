// SPDX-License-Identifier: Apache-2.0
public import Meminfo
import TextLayout

/// The memory report as plain text: findings in words, then the table.
public struct MeminfoText: Sendable {
  /// Lines are at most this wide, between 72 and 100 columns. Commands stay whole, so that they can be copied.
  public var columns: Int
  /// Adds the meaning of each item and the next command, also for normal items.
  public var explains: Bool

  public init(columns: Int = 100, explains: Bool = false) {
    self.columns = min(100, max(72, columns))
    self.explains = explains
  }

  public func render(_ report: MeminfoReport) -> String {
    var lines = header(report) + [""] + findings(report)
    lines += [""] + MeminfoTable(report, columns: columns).lines
    if explains { lines += [""] + explanations(report) }
    let closing = notes(report) + hints(report)
    if !closing.isEmpty { lines += [""] + closing }
    return lines.map { String($0.map(Self.printable)) + "\n" }.joined()
  }

  private func header(_ report: MeminfoReport) -> [String] {
    var title = "Memory: \(formatBytes(report.total))"
    if let available = report.row(.available) {
      title +=
        "; \(formatBytes(available.size)) (\(formatShare(available.share ?? 0))) is available"
    }
    let groups = report.groups.map { group in
      var text = "\(group.holder.rawValue) \(formatBytes(group.size))"
      if let delta = group.delta, delta.magnitude >= 1 << 20 {
        text += " (\(formatSignedBytes(delta)))"
      }
      return unbroken(text)
    }
    let watched = report.elapsedNs.map { "; watched for \(formatDuration(nanoseconds: $0))" } ?? ""
    return wrap(title + watched, to: columns) + indent(groups.joined(separator: ", "), by: 2)
  }

  private func findings(_ report: MeminfoReport) -> [String] {
    if report.findings.isEmpty { return ["Nothing stands out."] }
    let names = report.findings.map { row in
      unbroken(row.item.name + (row.severity == .anomalous ? " (anomalous)" : ""))
    }
    let summary = indent(names.joined(separator: ", "), after: "Stands out: ")
    return summary + [""] + report.findings.map(finding).joined(separator: [""])
  }

  private func finding(_ row: MeminfoRow) -> [String] {
    let mark = row.severity == .anomalous ? "ANOMALOUS" : "notable"
    var title = "\(row.item.name) \(row.sizeText)"
    if let limit = row.limit { title += ", \(formatShare(row.share ?? 0)) of \(limit.name)" }
    if let delta = row.delta, delta != 0 { title += "; \(row.deltaText ?? "")\(row.rateWords)" }
    var lines = indent(title, after: "\(mark): ")
    lines += indent(row.reasons.map { row.words($0) }.joined(separator: "; "), after: "  why    ")
    lines += indent(row.item.meaning, after: "  means  ")
    lines += row.details.enumerated().flatMap { index, detail in
      let remark = detail.remark.map { " (\($0))" } ?? ""
      return indent(unbroken(detail.words) + remark, after: index == 0 ? "  most   " : "         ")
    }
    return lines + next(row.next)
  }

  private func next(_ step: MeminfoStep) -> [String] {
    ["  next   \(step.command)"] + indent(step.tells, by: 11)
  }

  private func explanations(_ report: MeminfoReport) -> [String] {
    let rows = report.rows.map { row in
      [row.item.name] + indent(row.item.meaning, after: "  means  ") + next(row.next)
    }
    return Array(rows.joined(separator: [""]))
  }

  private func notes(_ report: MeminfoReport) -> [String] {
    report.notes.flatMap { indent($0.words, after: "note: ") }
  }

  /// Commands that show more than this report.
  private func hints(_ report: MeminfoReport) -> [String] {
    var hints: [String] = []
    if report.elapsedNs == nil {
      hints.append("To see what grows:           bpfleak meminfo --duration 60s")
    }
    if report.rows.contains(where: { $0.missingDetails == .notPermitted }) {
      hints.append("To see slab caches by name:  sudo bpfleak meminfo")
    }
    if !explains {
      hints.append("To explain every item:       bpfleak meminfo --explain")
    }
    return hints
  }

  /// The text with no-break spaces. `printable` turns them into ordinary ones.
  private func unbroken(_ text: String) -> String {
    String(text.map { $0 == " " ? "\u{a0}" : $0 })
  }

  /// The character without control codes: names of processes and mounts must not command a terminal.
  private static func printable(_ character: Character) -> Character {
    if character == "\u{a0}" { return " " }
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return isControl ? "\u{fffd}" : character
  }

  private func indent(_ text: String, by width: Int) -> [String] {
    indent(text, after: String(repeating: " ", count: width))
  }

  private func indent(_ text: String, after first: String) -> [String] {
    let rest = String(repeating: " ", count: first.count)
    return wrap(text, to: columns - first.count).enumerated().map { ($0 == 0 ? first : rest) + $1 }
  }
}
