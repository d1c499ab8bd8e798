// SPDX-License-Identifier: Apache-2.0
import Reporting
import TextLayout

/// A table that can be sorted and filtered in the browser. Its rows start in the order of the report.
struct HTMLTable {
  struct Column {
    var title: String
    var isNumber = false
    var look = ""
  }
  struct Cell {
    var text: String
    /// The number to sort by.
    var value: Double?
    /// Used instead of the text when it has markup of its own.
    var markup: String?

    init(_ text: String, value: Double? = nil, markup: String? = nil) {
      self.text = text
      self.value = value
      self.markup = markup
    }

    static func bytes(_ bytes: UInt64?) -> Cell {
      Cell(bytes.map(formatBytes) ?? "unknown", value: bytes.map { Double($0) } ?? -1)
    }
    static func change(_ bytes: Int64) -> Cell {
      Cell(formatSignedBytes(bytes), value: Double(bytes))
    }
    static func count(_ count: Int) -> Cell {
      Cell(formatCount(UInt64(max(0, count))), value: Double(count))
    }
  }

  var id: String
  var caption: String
  var columns: [Column]
  var rows: [[Cell]]
  /// The placeholder of the filter field; nil for a table too short to filter.
  var filterHint: String?

  var markup: String {
    let titles = columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")><button type=\"button\">\(escaped(column.title))"
        + "</button></th>"
    }
    let body = rows.map { row in
      "<tr>" + zip(columns, row).map { cell($0, $1) }.joined() + "</tr>"
    }
    let tools =
      filterHint.map { hint in
        "<div class=\"tools\" hidden><label>Filter <input type=\"search\" data-filter=\"\(id)\""
          + " placeholder=\"\(escaped(hint))\" autocomplete=\"off\" spellcheck=\"false\"></label>"
          + "<span role=\"status\" data-shown=\"\(id)\"></span></div>\n"
      } ?? ""
    return tools
      + "<div class=\"scroll\(rows.count > 25 ? " tall" : "")\" role=\"region\" tabindex=\"0\""
      + " aria-label=\"\(escaped(caption))\"><table id=\"\(id)\" data-sortable>"
      + "<caption>\(escaped(caption))</caption><thead><tr>\(titles.joined())</tr></thead>\n<tbody>"
      + body.joined(separator: "\n") + "</tbody></table></div>\n"
  }

  private func attribute(_ column: Column) -> String {
    let looks = [column.isNumber ? "number" : "", column.look].filter { !$0.isEmpty }
    return looks.isEmpty ? "" : " class=\"\(looks.joined(separator: " "))\""
  }

  private func cell(_ column: Column, _ cell: Cell) -> String {
    let value = cell.value.map { " data-value=\"\($0)\"" } ?? ""
    return "<td\(attribute(column))\(value)>\(cell.markup ?? escaped(cell.text))</td>"
  }
}
