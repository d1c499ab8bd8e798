// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TextLayout

/// The table of the memory report: all rows that are not zero, by holder.
struct MeminfoTable {
  private let report: MeminfoReport
  private let isWatched: Bool
  /// Columns left for the description of an item; `nil` when there are too few.
  private let roomForWords: Int?

  private static let nameWidth = 20
  private static let sizeWidth = 11
  private static let shareWidth = 7
  private static let changeWidth = 12

  init(_ report: MeminfoReport, columns: Int) {
    self.report = report
    isWatched = report.elapsedNs != nil
    let numbers =
      Self.nameWidth + Self.sizeWidth + Self.shareWidth + (isWatched ? 2 * Self.changeWidth : 0)
    roomForWords = columns - numbers - 2 >= 36 ? columns - numbers - 2 : nil
  }

  var lines: [String] {
    let change = isWatched ? ["change", "per minute"] : []
    var lines = [line("", "size", "share", change, "")]
    for group in report.groups where group.size > 0 || group.delta ?? 0 != 0 {
      let share = report.total == 0 ? 0 : Double(group.size) / Double(report.total)
      if let only = group.rows.first, group.rows.count == 1 {
        lines += row(only, indent: "")
        continue
      }
      lines.append(
        line(
          group.holder.rawValue, formatBytes(group.size), formatShare(share),
          isWatched ? [group.delta.map { $0 == 0 ? "0" : formatSignedBytes($0) } ?? "", ""] : [],
          group.holder.words))
      lines += rows(group.rows)
    }
    let parts = rows(report.parts)
    if !parts.isEmpty { lines += ["", "parts of the above (do not add)"] + parts }
    let limits = rows(report.limits)
    if !limits.isEmpty { lines += ["", "limits"] + limits }
    return lines
  }

  private func rows(_ rows: [MeminfoRow]) -> [String] {
    rows.filter(\.isWorthALine).flatMap { row($0, indent: "   ") }
  }

  private func row(_ row: MeminfoRow, indent: String) -> [String] {
    let change = isWatched ? [row.delta == 0 ? "0" : row.deltaText ?? "", row.rateText ?? ""] : []
    let own = line(
      (row.mark ?? indent) + row.item.name, row.sizeText, row.share.map(formatShare) ?? "", change,
      row.tableWords)
    return [own] + details(row)
  }

  /// The largest parts by name, in one line. Findings have shown theirs already.
  private func details(_ row: MeminfoRow) -> [String] {
    guard row.severity == .normal, row.item != .kernelStacks else { return [] }
    let large = row.details.filter { $0.size >= ($0.isCount ? 100 : 1 << 20) }
    let room = Self.nameWidth + Self.sizeWidth + Self.shareWidth
    let width = room + (isWatched ? 2 * Self.changeWidth : 0) + (roomForWords ?? 0) - 5
    var text = ""
    for words in large.map(\.words) where text.count + words.count + 2 <= width {
      text += (text.isEmpty ? "" : ", ") + words
    }
    return text.isEmpty ? [] : ["     " + text]
  }

  private func line(
    _ name: String, _ size: String, _ share: String, _ change: [String], _ words: String
  ) -> String {
    var line = padRight(name, to: Self.nameWidth)
    line += padLeft(size, to: Self.sizeWidth) + padLeft(share, to: Self.shareWidth)
    for text in change { line += padLeft(text, to: Self.changeWidth) }
    if let room = roomForWords, !words.isEmpty { line += "  " + truncate(words, to: room) }
    while line.last == " " { line.removeLast() }
    return line
  }
}

extension MeminfoRow {
  fileprivate var isWorthALine: Bool {
    size > 0 || delta ?? 0 != 0 || severity > .normal || item == .unaccounted
  }

  fileprivate var mark: String? {
    switch severity {
    case .normal: nil
    case .notable: "!  "
    case .anomalous: "!! "
    }
  }

  fileprivate var tableWords: String {
    guard item.standing == .limit, item != .available, let limit else { return item.holds }
    let most = item.isCount ? formatCount(limit.most) : formatBytes(limit.most)
    return item.isCount ? "of \(most), \(limit.name)" : "of \(most); \(item.holds)"
  }
}

extension MeminfoHolder {
  var words: String {
    switch self {
    case .programs: "belongs to processes"
    case .caches: "freed when needed"
    case .kernel: "not in any process's size"
    case .nobodyKnown: ""
    case .free: ""
    }
  }
}
