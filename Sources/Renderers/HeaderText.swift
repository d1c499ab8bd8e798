// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Reporting
import TextLayout

/// The head of a text report: what was watched, for how long, and what was lost.
func headerLines(_ header: ReportHeader, columns: Int) -> [String] {
  let elapsed = formatDuration(nanoseconds: header.elapsed)
  let lead = "bpfleak \(printable(header.version)): "
  let rest =
    ", watched for \(elapsed)"
    + (header.mark.map { ", growth since the mark \(age(of: $0, in: header)) ago" } ?? "")
    + (header.isFinal ? "; last report" : "")
  let events = formatCount(header.coverage.events)
  let lost = header.coverage.lost
  let content = [
    counted(header.processes, "process", "processes"), counted(header.mappings, "mapping"),
    "\(formatBytes(header.virtualBytes)) virtual",
    "\(events) event\(header.coverage.events == 1 ? "" : "s")" + (lost == 0 ? ", none lost" : ""),
  ]
  // A long command is cut, so that the time it was watched stays visible.
  let scope = truncate(printable(header.scope), to: max(12, columns - lead.count - rest.count))
  return [truncate(lead + scope + rest, to: columns)] + hanging(phrases: content, columns: columns)
    + header.coverage.warnings.flatMap { hanging($0, after: "! ", columns: columns) }
}

private func age(of mark: ReportHeader.Mark, in header: ReportHeader) -> String {
  formatDuration(nanoseconds: header.when.since(mark.at))
}

extension Coverage {
  /// What limits the trust in a report, a paragraph for each reason.
  var warnings: [String] {
    var warnings: [String] = []
    if lost > 0 {
      let share = Double(lost) / (Double(events) + Double(lost))
      warnings.append(
        "LOST \(lost == 1 ? "1 event" : "\(formatCount(lost)) events") (\(formatShare(share))):"
          + " the ring buffer was full. Counts may be off, and a leak may have been missed.")
    }
    if undecoded > 0 {
      warnings.append(
        "\(undecoded == 1 ? "1 record" : "\(formatCount(undecoded)) records") could not be decoded."
          + " This is a bug in bpfleak; please report it. Counts may be off.")
    }
    if drift > 0 {
      warnings.append(
        "\(drift == 1 ? "1 mapping" : "\(formatCount(drift)) mappings") differed from the kernel's"
          + " table and \(drift == 1 ? "was" : "were") corrected.")
    }
    return warnings
  }
}
