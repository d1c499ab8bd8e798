// SPDX-License-Identifier: Apache-2.0
import TextLayout

/// What a run of text means; a terminal decides how that looks, with colors or without.
public enum Style: String, Sendable, CaseIterable {
  case plain, dim, bold, heading, leaking, suspect, selected, bar, graph
}

/// One line of a screen, made of runs of text. All text in it is printable.
public struct Line: Sendable, Equatable {
  public struct Span: Sendable, Equatable {
    public var text: String
    public var style: Style
  }

  public private(set) var spans: [Span] = []
  /// Cells it takes.
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

  /// Adds spaces up to that column.
  public mutating func pad(to column: Int, _ style: Style = .plain) {
    if column > width { add(String(repeating: " ", count: column - width), style) }
  }

  public var text: String { spans.map(\.text).joined() }

  /// Not wider than that, whatever it takes.
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

  /// Without the spaces at its end.
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

/// Cells of a terminal.
public struct Size: Sendable, Hashable {
  public var columns: Int
  public var rows: Int

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// All that stands on a screen at one moment: never wider or longer than `size`.
public struct Frame: Sendable, Equatable {
  public let size: Size
  public private(set) var lines: [Line] = []
  /// What keys can move through.
  public var extent = Extent()

  public init(size: Size) { self.size = size }

  /// Lines that are still free.
  public var room: Int { max(0, size.rows - lines.count) }

  public mutating func add(_ line: Line) {
    if room > 0 { lines.append(line.cut(to: size.columns)) }
  }

  public mutating func add(_ more: [Line]) {
    for line in more { add(line) }
  }

  /// Puts words over the end of a line, in the style that it ends with.
  mutating func placeRight(_ words: String, row: Int) {
    guard !words.isEmpty, row < lines.count else { return }
    let style = lines[row].spans.last?.style ?? .plain
    let start = size.columns - displayWidth(words)
    var line = lines[row].trimmed.cut(to: start)
    line.pad(to: start, style)
    line.add(words, style)
    lines[row] = line.cut(to: size.columns)
  }

  /// Leaves lines empty until `count` are left.
  public mutating func leave(_ count: Int) {
    while room > count { lines.append(Line()) }
  }
}

/// What keys can move through on a screen.
public struct Extent: Sendable, Equatable {
  /// The address spaces of the table, by id, in the order shown; all of them, not the visible ones.
  public var order: [Int] = []
  /// Rows of what scrolls that are visible at a time, and that there are.
  public var page = 0
  public var length = 0

  public init(order: [Int] = [], page: Int = 0, length: Int = 0) {
    self.order = order
    self.page = page
    self.length = length
  }
}
