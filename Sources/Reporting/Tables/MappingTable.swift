// SPDX-License-Identifier: Apache-2.0
import AddressSpace
package import MappingEvents
import MappingLedger
import TextLayout

/// Live mappings as lines of text, in address order.
package struct MappingTable {
  private let rows: [MappingRow]
  private let now: KernelInstant
  private let columns: Int
  private let isSteady: Bool

  /// The columns of a steady table stay where they are, so that nothing jumps while a person scrolls.
  package init(_ rows: [MappingRow], at now: KernelInstant, columns: Int, isSteady: Bool = false) {
    self.rows = rows
    self.now = now
    self.columns = columns
    self.isSteady = isSteady
  }

  /// The titles and at most `most` rows, the first and the last ones. With 0 only their count and bytes.
  package func lines(most: Int?) -> [String] {
    let most = max(0, most ?? .max)
    guard rows.count > most else { return table(rows) }
    let head = most - most / 2
    let middle = rows.dropFirst(head).dropLast(most / 2)
    let bytes = middle.reduce(0 as UInt64) { $0.addingClamped($1.range.length) }
    if most == 0 { return ["\(counted(rows.count, "mapping")), \(formatBytes(bytes))"] }
    var lines = table(Array(rows.prefix(head) + rows.suffix(most / 2)))
    lines.insert(
      "… \(counted(middle.count, "mapping")) not shown here, \(formatBytes(bytes))",
      at: 1 + head)
    return lines
  }

  private func table(_ rows: [MappingRow]) -> [String] {
    var table = [
      TableLayout.Column(title: "RANGE", cells: rows.map { address($0.range) }),
      TableLayout.Column(
        title: "PROT", cells: rows.map { $0.protection.word(isShared: $0.isShared) }),
      TableLayout.Column(
        title: "SIZE", cells: rows.map { compactBytes($0.range.length) }, isNumber: true),
      TableLayout.Column(
        title: "KIND", cells: rows.map(\.kind.rawValue), shortCells: rows.map(\.kind.shortWord)),
      TableLayout.Column(title: "AGE", cells: rows.map(age), isNumber: true, dispensability: 1),
      TableLayout.Column(
        title: "OWNER OR PATH", cells: rows.map { printable($0.owner()) },
        shortCells: rows.map { printable($0.owner(isShort: true)) }, leastWidth: 26, keepsEnd: true),
    ]
    if isSteady { fix(&table) }
    return TableLayout(table, room: columns).lines
  }

  /// Sets each width to the widest usual cell: addresses of 12 digits, `1023.9M`, `shared-memory`, `before`.
  /// The last column takes the rest. A wider cell still stays whole.
  private func fix(_ table: inout [TableLayout.Column]) {
    let isNarrow = columns < 86
    for (index, width) in [25, 4, 7, isNarrow ? 7 : 13, 6, columns].enumerated() {
      table[index].reservedWidth = width
      if isNarrow { table[index].cells = table[index].shortCells ?? table[index].cells }
    }
  }

  private func address(_ range: AddressRange) -> String {
    String(range.start, radix: 16) + "-" + String(range.end, radix: 16)
  }

  private func age(_ row: MappingRow) -> String {
    if let born = row.born { return formatDuration(nanoseconds: now.since(born)) }
    return row.isSeeded ? "before" : "?"
  }
}

extension MappingRow {
  /// The thread whose stack it is, and the path: `stack of thread 40512 (exited)`.
  package func owner(isShort: Bool = false) -> String {
    guard let thread else { return path }
    let isGone = !thread.isAlive
    let stack =
      isShort
      ? "thread \(thread.id.raw)" + (isGone ? " exited" : "")
      : "stack of thread \(thread.id.raw)" + (isGone ? " (exited)" : "")
    return path.isEmpty ? stack : "\(stack) \(path)"
  }
}
