// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import Reporting
import TextLayout

/// The table of processes for one width. Columns stay in place while figures change.
struct ProcessTable {
  struct Column {
    var title: String
    var width: Int
    var isNumber = true
    /// The sort order of this column; nil when it cannot be sorted by.
    var sort: SortColumn?
    /// Columns with higher numbers are dropped first when space is short. Those with 0 stay.
    var dispensability = 0
    var style = Style.plain
    var cell: (SpaceRow) -> String
  }

  let columns: [Column]
  private let room: Int

  init(room: Int) {
    self.room = room
    var columns = Self.all(isWide: room >= 100, room: room)
    func total() -> Int { columns.reduce(-1) { $0 + $1.width + 1 } }
    while total() > room {
      let most = columns.indices.max { columns[$0].dispensability < columns[$1].dispensability }
      guard let most, columns[most].dispensability > 0 else { break }
      columns.remove(at: most)
    }
    // Spare width goes to names, then to command lines, then to graphs.
    var spare = max(0, room - total())
    for (index, column) in columns.enumerated() where column.title == "NAME" {
      let more = min(spare, 8)
      columns[index].width += more
      spare -= more
    }
    // Many processes of one interpreter share one name. A command line must be long enough to tell them apart.
    if spare > Self.leastCommand {
      let width = min(spare - 1, max(Self.leastCommand, spare - 1 - 2 * 8))
      columns.append(
        Column(title: "COMMAND", width: width, isNumber: false, style: .dim) {
          printable($0.shortCommandLine)
        })
      spare -= width + 1
    }
    let graphs = columns.indices.filter { columns[$0].style == .graph }
    for index in graphs {
      let more = min(spare / max(1, graphs.count), 32)
      columns[index].width += more
      let width = columns[index].width
      let isVirtual = columns[index].title == Self.virtualGraph
      columns[index].cell = { isVirtual ? $0.virtualLine(width) : $0.residentLine(width) }
    }
    self.columns = columns
  }

  func heading(_ state: ViewState) -> Line {
    var line = Line()
    for (index, column) in columns.enumerated() {
      if index > 0 { line.add(" ", .heading) }
      let isSorted = column.sort == state.sort
      let mark = isSorted ? (state.isReversed ? "▲" : "▼") : ""
      let title = truncate(column.title + mark, to: column.width)
      let text =
        column.isNumber ? padLeft(title, to: column.width) : padRight(title, to: column.width)
      line.add(text, isSorted ? .selected : .heading)
    }
    line.pad(to: room, .heading)
    return line
  }

  func line(_ row: SpaceRow, isSelected: Bool) -> Line {
    var line = Line()
    for (index, column) in columns.enumerated() {
      if index > 0 { line.add(" ") }
      let text = truncate(column.cell(row), to: column.width)
      var style = column.style
      if column.title == "VERDICT", let standing = row.standing {
        // The style must not color the empty cells behind the word.
        line.add(text, standing.style)
        line.add(String(repeating: " ", count: column.width - displayWidth(text)))
        continue
      }
      if row.standing == .leaking, ["NAME", "PID", "+VIRT"].contains(column.title) {
        style = .bold
      }
      line.add(
        column.isNumber ? padLeft(text, to: column.width) : padRight(text, to: column.width), style)
    }
    return isSelected ? line.selected(to: room) : line
  }

  private static let virtualGraph = "TREND"
  private static let leastCommand = 20

  private static func all(isWide: Bool, room: Int) -> [Column] {
    [
      Column(title: "PID", width: 7, sort: .process) { String($0.process.raw) },
      Column(title: "NAME", width: 15, isNumber: false, sort: .name) { $0.nameCell },
      Column(title: "VIRT", width: 7, sort: .virtual, dispensability: 2) {
        compactBytes($0.virtualBytes)
      },
      Column(title: Self.virtualGraph, width: 6, isNumber: false, dispensability: 5, style: .graph)
      {
        $0.virtualLine(6)
      },
      Column(title: "+VIRT", width: 8, sort: .growth) { compactChange($0.virtualGrowth) },
      Column(title: "+VIRT/M", width: 8, sort: .rate, dispensability: 3) {
        compactChange($0.virtualPerMinute)
      },
      Column(title: "RES", width: 7, sort: .resident, dispensability: 4) {
        $0.residentBytes.map(compactBytes) ?? "?"
      },
      Column(title: "TREND RES", width: 9, isNumber: false, dispensability: 9, style: .graph) {
        $0.residentLine(9)
      },
      Column(title: "+RES", width: 8, sort: .residentGrowth, dispensability: 7) {
        $0.residentBytes == nil ? "?" : compactChange($0.residentGrowth)
      },
      Column(title: "MAPS", width: 7, sort: .mappings, dispensability: 6) {
        formatCount(UInt64(max(0, $0.mappings)))
      },
      Column(title: "MAP/S", width: 7, sort: .mapRate, dispensability: 8) {
        compactRate($0.mapsPerSecond)
      },
      Column(title: "UNMAP/S", width: 7, dispensability: 10) { compactRate($0.unmapsPerSecond) },
      Column(title: "GROWS", width: isWide ? 13 : 6, isNumber: false, dispensability: 1) {
        $0.growingKind.map { isWide ? $0.rawValue : $0.shortWord } ?? "-"
      },
      Column(title: "VERDICT", width: 8, isNumber: false) { $0.standing?.word ?? "-" },
    ]
  }
}

extension SpaceRow {
  /// The command line without the directory of the program.
  fileprivate var shortCommandLine: String {
    guard commandLine.hasPrefix("/") else { return commandLine }
    let program = commandLine.prefix { $0 != " " }
    let name = program.lastIndex(of: "/").map { program.index(after: $0) }
    return String(commandLine[(name ?? commandLine.startIndex)...])
  }

  /// Marks of caveats, the name, and how many other processes share the space.
  fileprivate var nameCell: String {
    var text = printable(name)
    if otherProcesses > 0 { text += " +\(otherProcesses)" }
    if !caveats.isEmpty { text = caveats.map(\.mark).joined() + text }
    return text
  }
}

extension Line {
  /// The line under the cursor: inverted, except for the verdict's color.
  fileprivate func selected(to columns: Int) -> Line {
    var line = Line()
    for span in spans {
      let isVerdict = span.style == .leaking || span.style == .suspect
      line.add(span.text, isVerdict ? span.style : .selected)
    }
    line.pad(to: columns, .selected)
    return line
  }
}
