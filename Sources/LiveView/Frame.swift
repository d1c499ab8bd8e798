// SPDX-License-Identifier: Apache-2.0
import TextLayout

/// The meaning of a run of text. The terminal decides how it looks, with or without colors.
public enum Style: String, Sendable, CaseIterable {
  case plain, dim, bold, heading, leaking, suspect, selected, bar, graph
}

/// One line of a screen: runs of printable text with styles.
public struct Line: Sendable, Equatable {
  public struct Span: Sendable, Equatable {
    public var text: String
    public var style: Style
  }

  public private(set) var spans: [Span] = []
  /// Width in cells.
  public private(set) var width = 0

  public init() {}

  public init(_ text: String, _ style: Style = .plain) { add(text, style) }

  public mutating func add(_ text: String, _ style: Style = .plain) {
    if text.isEmpty { return }
    width += displayWidth(text)
    if let last = spans.last, last.style == style {
      spans[spans.count - 1].text += text
    } else {
      spans.append(Span(text: text, style: style))
    }
  }

  /// Adds spaces up to a column.
  public mutating func pad(to column: Int, _ style: Style = .plain) {
    if column > width { add(String(repeating: " ", count: column - width), style) }
  }

  public var text: String { spans.map(\.text).joined() }

  /// The line, cut to a width.
  func cut(to columns: Int) -> Line {
    if width <= columns { return self }
    var line = Line()
    for span in spans {
      let room = columns - line.width
      if room <= 0 { break }
      line.add(truncate(span.text, to: room), span.style)
    }
    return line
  }

  /// The line without trailing spaces.
  var trimmed: Line {
    var line = Line()
    for (index, span) in spans.enumerated() {
      var text = Substring(span.text)
      if index == spans.count - 1 { while text.last == " " { text.removeLast() } }
      line.add(String(text), span.style)
    }
    return line
  }
}

/// The size of a terminal in cells.
public struct Size: Sendable, Hashable {
  public var columns: Int
  public var rows: Int

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// The content of a screen: never wider or longer than `size`.
public struct Frame: Sendable, Equatable {
  public let size: Size
  public private(set) var lines: [Line] = []
  /// What keys can scroll through.
  public var extent = Extent()

  public init(size: Size) { self.size = size }

  /// Free lines.
  public var room: Int { max(0, size.rows - lines.count) }

  public mutating func add(_ line: Line) {
    if room > 0 { lines.append(line.cut(to: size.columns)) }
  }

  public mutating func add(_ more: [Line]) {
    for line in more { add(line) }
  }

  /// Writes words over the end of a line, in the style of its last run.
  mutating func placeRight(_ words: String, row: Int) {
    guard !words.isEmpty, row < lines.count else { return }
    let style = lines[row].spans.last?.style ?? .plain
    let start = size.columns - displayWidth(words)
    var line = lines[row].trimmed.cut(to: start)
    line.pad(to: start, style)
    line.add(words, style)
    lines[row] = line.cut(to: size.columns)
  }

  /// Adds empty lines until `count` free lines are left.
  public mutating func leave(_ count: Int) {
    while room > count { lines.append(Line()) }
  }
}

/// What keys can scroll through on a screen.
public struct Extent: Sendable, Equatable {
  /// Ids of all address spaces of the table in the order shown, visible or not.
  public var order: [Int] = []
  /// Rows that are visible at a time, and all rows.
  public var page = 0
  public var length = 0

  public init(order: [Int] = [], page: Int = 0, length: Int = 0) {
    self.order = order
    self.page = page
    self.length = length
  }
}
