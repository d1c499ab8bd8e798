// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

/// `start..<end` in bytes, for timelines that read as numbers.
func range(_ start: UInt64, _ end: UInt64) -> AddressRange {
  AddressRange(start: start, end: end)
}

/// One entry or removed portion, written `Span(0, 4, 7)`.
struct Span: Hashable, CustomStringConvertible {
  var start: UInt64
  var end: UInt64
  var value: Int

  init(_ start: UInt64, _ end: UInt64, _ value: Int) {
    self.start = start
    self.end = end
    self.value = value
  }

  init(_ entry: RangeMap<Int>.Entry) {
    self.init(entry.range.start, entry.range.end, entry.value)
  }

  var description: String { "[\(start), \(end)) = \(value)" }
}

extension RangeMap<Int> {
  /// A map made by placing `spans` in order.
  init(_ spans: Span...) {
    self.init()
    for span in spans { _ = place(span.start, span.end, span.value) }
  }

  var spans: [Span] {
    var spans: [Span] = []
    forEach { spans.append(Span($0)) }
    return spans
  }

  mutating func place(_ start: UInt64, _ end: UInt64, _ value: Int) -> [Span] {
    var removed: [Span] = []
    replace(range(start, end), with: value) { removed.append(Span($0)) }
    return removed
  }

  mutating func take(_ start: UInt64, _ end: UInt64) -> [Span] {
    var removed: [Span] = []
    remove(range(start, end)) { removed.append(Span($0)) }
    return removed
  }
}

extension RangeMap {
  /// What is wrong with the two levels, or nil: the promises of `firsts`, `leaves` and the rows.
  var brokenPromise: String? {
    guard firsts.count == leaves.count else { return "firsts and leaves differ in number" }
    var entries = 0
    var bytes: UInt64 = 0
    var end: UInt64 = 0
    for (index, leaf) in leaves.enumerated() {
      if leaves.count > 1 {
        if leaf.count == 0 { return "leaf \(index) is empty" }
        if leaf.rowCapacity != Self.maximumLeafCapacity { return "leaf \(index) is small" }
      }
      if leaf.count > leaf.rowCapacity { return "leaf \(index) is overfull" }
      for row in 0..<leaf.count {
        let range = leaf.entry(at: row).range
        if range.isEmpty { return "\(range) is empty" }
        if range.start < end { return "\(range) is out of order" }
        if row == 0, firsts[index] != range.start { return "the first of leaf \(index) is stale" }
        entries += 1
        bytes += range.length
        end = range.end
      }
      let unused = leaf.withRows { rows, count in
        (count..<leaf.rowCapacity).allSatisfy { rows.starts[$0] == .max }
      }
      if !unused { return "leaf \(index) has a key behind its last row" }
    }
    if entries != count { return "\(entries) entries are counted as \(count)" }
    if bytes != byteCount { return "\(bytes) bytes are counted as \(byteCount)" }
    return nil
  }
}

/// The slow truth beside a `RangeMap`: each page's value, and which placement's piece lies there.
struct PageArray: Equatable {
  struct Page: Equatable {
    var value: Int
    /// Equal in two neighboring pages if and only if one entry holds both.
    var entry: Int
  }

  private(set) var pages: [Page?]
  private var lastEntry = 0

  init(pages count: Int) { pages = Array(repeating: nil, count: count) }

  /// One span for each run of pages of one entry, within `start..<end`.
  func spans(_ start: Int, _ end: Int) -> [Span] {
    var spans: [Span] = []
    var previous: Int?
    for index in start..<max(start, end) {
      guard let page = pages[index] else {
        previous = nil
        continue
      }
      if page.entry == previous {
        spans[spans.count - 1].end += 1
      } else {
        spans.append(Span(UInt64(index), UInt64(index) + 1, page.value))
      }
      previous = page.entry
    }
    return spans
  }

  var spans: [Span] { spans(0, pages.count) }

  var used: Int { pages.count { $0 != nil } }

  mutating func remove(_ start: Int, _ end: Int) -> [Span] {
    guard start < end else { return [] }
    let removed = spans(start, end)
    cut(at: start)
    cut(at: end)
    for index in start..<end { pages[index] = nil }
    return removed
  }

  mutating func replace(_ start: Int, _ end: Int, with value: Int) -> [Span] {
    let removed = remove(start, end)
    lastEntry += 1
    for index in start..<max(start, end) { pages[index] = Page(value: value, entry: lastEntry) }
    return removed
  }

  /// Changes values that `needsChange` and answers the spans given to `body`, as they were.
  mutating func update(
    _ start: Int, _ end: Int, where needsChange: (Int) -> Bool, _ body: (inout Int) -> Void
  ) -> [Span] {
    let touched = spans(start, end).filter { needsChange($0.value) }
    for span in touched {
      cut(at: Int(span.start))
      cut(at: Int(span.end))
      for index in Int(span.start)..<Int(span.end) {
        guard var page = pages[index] else { continue }
        body(&page.value)
        pages[index] = page
      }
    }
    return touched
  }

  /// Makes the pages from `index` on, of an entry that also holds the one before, another entry.
  private mutating func cut(at index: Int) {
    guard index > 0, index < pages.count, let entry = pages[index]?.entry,
      pages[index - 1]?.entry == entry
    else { return }
    lastEntry += 1
    var index = index
    while index < pages.count, pages[index]?.entry == entry {
      pages[index]?.entry = lastEntry
      index += 1
    }
  }
}
