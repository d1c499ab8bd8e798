// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import Reporting
import TextLayout

/// The table of processes, in the order of the report.
struct SystemTable {
  private let rows: [SpaceRow]
  private let columns: Int

  init(_ rows: [SpaceRow], columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  var lines: [String] {
    let others = rows.map { $0.otherProcesses > 0 ? "+\($0.otherProcesses)" : "" }
    let marks = rows.map { $0.caveats.map(\.mark).joined() }
    var table = [
      number("PID") { String($0.process.raw) },
      TableLayout.Column(title: "NAME", cells: rows.map { printable($0.name) }, leastWidth: 15),
      number("VIRT") { compactBytes($0.virtualBytes) },
      number("+VIRT") { compactChange($0.virtualGrowth) },
      number("+VIRT/MIN", dispensability: 1) { compactChange($0.virtualPerMinute) },
      number("RES", dispensability: 2) { $0.residentBytes.map(compactBytes) ?? "?" },
      number("+RES", dispensability: 3) {
        $0.residentBytes == nil ? "?" : compactChange($0.residentGrowth)
      },
      number("MAPS", dispensability: 4) { formatCount(UInt64(max(0, $0.mappings))) },
      number("MAP/S", dispensability: 5) { compactRate($0.mapsPerSecond) },
      number("UNMAP/S", dispensability: 6) { compactRate($0.unmapsPerSecond) },
      TableLayout.Column(
        title: "GROWS", cells: rows.map { $0.growingKind?.rawValue ?? "-" },
        shortCells: rows.map { $0.growingKind?.shortWord ?? "-" }),
      TableLayout.Column(title: "VERDICT", cells: rows.map { $0.standing?.word ?? "-" }),
    ]
    if marks.contains(where: { !$0.isEmpty }) {
      table.append(TableLayout.Column(title: "", cells: marks))
    }
    if others.contains(where: { !$0.isEmpty }) {
      table.insert(TableLayout.Column(title: "", cells: others), at: 2)
    }
    return TableLayout(table, room: columns).lines
  }

  private func number(
    _ title: String, dispensability: Int = 0, _ cell: (SpaceRow) -> String
  ) -> TableLayout.Column {
    TableLayout.Column(
      title: title, cells: rows.map(cell), isNumber: true, dispensability: dispensability)
  }
}
