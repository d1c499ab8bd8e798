// SPDX-License-Identifier: Apache-2.0

/// Columns of text side by side, made to fit a width.
///
/// A table that is too wide loses, in this order: the second space between columns, long words, the ends of
/// names and paths, whole columns. Only then are lines cut.
package struct TableLayout {
  package struct Column {
    package var title: String
    /// Printable text, one cell per row.
    package var cells: [String]
    /// Used instead of `cells` when space is short.
    package var shortCells: [String]?
    package var isNumber = false
    /// Columns with higher numbers are dropped first. Those with 0 stay.
    package var dispensability = 0
    /// Cells may be cut to this width; nil when they must stay whole.
    package var leastWidth: Int?
    /// Cuts cells at the front, as for paths.
    package var keepsEnd = false
    /// A word before the title of the first visible column of a family: `AGE <10s  <1m`.
    package var family: String?
    /// The least width, even when all cells are narrower.
    package var reservedWidth = 0

    package init(
      title: String, cells: [String], shortCells: [String]? = nil, isNumber: Bool = false,
      dispensability: Int = 0, leastWidth: Int? = nil, keepsEnd: Bool = false
    ) {
      self.title = title
      self.cells = cells
      self.shortCells = shortCells
      self.isNumber = isNumber
      self.dispensability = dispensability
      self.leastWidth = leastWidth
      self.keepsEnd = keepsEnd
    }

    fileprivate var width: Int {
      max(reservedWidth, displayWidth(title), cells.map(displayWidth).max() ?? 0)
    }
    fileprivate var neededWidth: Int { min(width, leastWidth ?? width) }
  }

  private var columns: [Column]
  private let room: Int

  package init(_ columns: [Column], room: Int) {
    self.columns = columns
    self.room = room
  }

  /// The titles, then one line per row.
  package var lines: [String] {
    let shown = fitted
    let gap = total(shown.map(\.width), gap: 2) <= room ? 2 : 1
    let excess = total(shown.map(\.width), gap: gap) - room
    let widths = narrowed(shown, by: excess)
    let rows = shown.map(\.cells.count).max() ?? 0
    let titles = line(shown.map { ($0.title, $0) }, widths, gap)
    return [titles]
      + (0..<rows).map { row in
        line(shown.map { ($0.cells[row], $0) }, widths, gap)
      }
  }

  private var fitted: [Column] {
    func isTooWide(_ columns: [Column]) -> Bool {
      total(titled(columns).map(\.neededWidth), gap: 1) > room
    }
    if !isTooWide(columns) { return titled(columns) }
    var shown = columns.map { column in
      var column = column
      column.cells = column.shortCells ?? column.cells
      return column
    }
    while isTooWide(shown) {
      let most = shown.indices.max { shown[$0].dispensability < shown[$1].dispensability }
      guard let most, shown[most].dispensability > 0 else { break }
      shown.remove(at: most)
    }
    return titled(shown)
  }

  private func titled(_ columns: [Column]) -> [Column] {
    var named: Set<String> = []
    return columns.map { column in
      guard let family = column.family, named.insert(family).inserted else { return column }
      var column = column
      column.title = "\(family) \(column.title)"
      return column
    }
  }

  /// The widths after taking `excess` from columns that can be cut.
  private func narrowed(_ shown: [Column], by excess: Int) -> [Int] {
    var widths = shown.map(\.width)
    var excess = excess
    for (index, column) in shown.enumerated() where excess > 0 {
      let taken = min(excess, column.width - column.neededWidth)
      widths[index] -= taken
      excess -= taken
    }
    return widths
  }

  private func total(_ widths: [Int], gap: Int) -> Int {
    widths.reduce(0, +) + gap * max(0, widths.count - 1)
  }

  private func line(_ cells: [(text: String, column: Column)], _ widths: [Int], _ gap: Int)
    -> String
  {
    let padded = zip(cells, widths).map { cell, width in
      if cell.column.isNumber { return padLeft(cell.text, to: width) }
      let cut = cell.column.keepsEnd ? truncateFront : truncate
      return padRight(cut(cell.text, width), to: width)
    }
    var line = padded.joined(separator: String(repeating: " ", count: gap))
    while line.last == " " { line.removeLast() }
    return truncate(line, to: room)
  }
}
