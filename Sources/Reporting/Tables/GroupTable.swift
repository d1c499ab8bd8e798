// SPDX-License-Identifier: Apache-2.0
import MappingLedger
import TextLayout

/// Groups of mappings as lines of text: kind and size, resident share, growth, ages, and the caller.
package struct GroupTable {
  private let groups: [MappingGroup]
  private let columns: Int

  package init(_ groups: [MappingGroup], columns: Int) {
    self.groups = groups
    self.columns = columns
  }

  /// The titles, then one line per group.
  package var lines: [String] {
    var table = [
      TableLayout.Column(
        title: "KIND", cells: groups.map(\.kind.rawValue),
        shortCells: groups.map(\.kind.shortWord)),
      number("EACH") { compactBytes($0.unitBytes) },
      number("COUNT") { formatCount(UInt64(max(0, $0.count))) },
      number("TOTAL") { compactBytes($0.bytes) },
      number("RESIDENT", dispensability: 6) { group in
        group.residentBytes.map { formatShare(Double($0) / Double(max(1, group.bytes))) } ?? "-"
      },
      number("NEW/MIN", dispensability: 1) { group in
        group.bytesPerMinute >= 1 ? "+" + compactBytes(UInt64(group.bytesPerMinute)) : "-"
      },
      number("EVERY", dispensability: 2) { group in
        group.period.map { formatDuration(nanoseconds: $0) } ?? "-"
      },
    ]
    for (index, label) in AgeHistogram.labels.enumerated() {
      var column = number(label, dispensability: Self.ageDispensability[index]) { group in
        let count = group.ages.counts[index]
        return count == 0 ? "-" : formatCount(UInt64(count))
      }
      column.family = "AGE"
      table.append(column)
    }
    // Empty columns are dropped first.
    for index in table.indices
    where table[index].dispensability > 0 && table[index].cells.allSatisfy({ $0 == "-" }) {
      table[index].dispensability = 20
    }
    if groups.contains(where: { $0.culprit != nil }) {
      table.append(
        TableLayout.Column(
          title: "MADE BY", cells: groups.map { printable($0.culprit ?? "-") }, dispensability: 3,
          leastWidth: 12))
    }
    return TableLayout(table, room: columns).lines
  }

  /// The youngest ages and `before` say most about a leak. The ages between are dropped, the oldest first.
  private static let ageDispensability = [4, 7, 8, 9, 10, 5]

  private func number(
    _ title: String, dispensability: Int = 0, _ cell: (MappingGroup) -> String
  ) -> TableLayout.Column {
    TableLayout.Column(
      title: title, cells: groups.map(cell), isNumber: true, dispensability: dispensability)
  }
}
