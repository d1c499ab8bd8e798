// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct RangeMapExhaustiveTests {
  /// All layouts of entries over `pages` pages. Each page is free, starts an entry, or continues the
  /// entry before.
  func layouts(pages: Int) -> [[Span]] {
    var layouts: [[Span]] = [[]]
    for page in 0..<UInt64(pages) {
      layouts += layouts.flatMap { layout -> [[Span]] in
        let value = Int(page) + 1
        var results = [layout + [Span(page, page + 1, value)]]
        if let last = layout.last, last.end == page {
          results.append(layout.dropLast() + [Span(last.start, page + 1, last.value)])
        }
        return results
      }
    }
    return layouts
  }

  /// Applies every operation with each of `ranges` to copies of a map with this `layout`.
  func checkEverything(_ layout: [Span], pages: Int, ranges: [(start: Int, end: Int)]) throws {
    var map = RangeMap<Int>()
    var array = PageArray(pages: pages)
    for span in layout {
      _ = map.place(span.start, span.end, span.value)
      _ = array.replace(Int(span.start), Int(span.end), with: span.value)
    }
    try #require(map.spans == layout)
    for (start, end) in ranges {
      let bytes = range(UInt64(start), UInt64(end))
      var changed = map
      var expected = array
      try #require(changed.take(bytes.start, bytes.end) == expected.remove(start, end))
      try #require(changed.spans == expected.spans)
      try #require(changed.brokenPromise == nil)

      changed = map
      expected = array
      try #require(
        changed.place(bytes.start, bytes.end, 99) == expected.replace(start, end, with: 99))
      try #require(changed.spans == expected.spans)
      try #require(changed.brokenPromise == nil)

      changed = map
      expected = array
      var seen: [Span] = []
      let isOdd: (Int) -> Bool = { $0 % 2 == 1 }
      changed.update(bytes, where: isOdd) {
        seen.append(Span($1.start, $1.end, $0))
        $0 += 100
      }
      let touched = expected.update(start, end, where: isOdd) { $0 += 100 }
      try #require(seen == touched)
      try #require(changed.spans == expected.spans)
      try #require(changed.brokenPromise == nil)
    }
    try #require(map.spans == layout)
  }

  @Test("every operation on every layout of five pages agrees with an array of pages")
  func fivePages() throws {
    var ranges: [(start: Int, end: Int)] = []
    for start in 0..<5 { for end in start + 1...5 { ranges.append((start, end)) } }
    for layout in layouts(pages: 5) { try checkEverything(layout, pages: 5, ranges: ranges) }
  }

  @Test("every operation at every place of full leaves agrees with an array of pages")
  func fullLeaves() throws {
    // Entries of two pages, some of them followed by a hole, fill a bit more than two leaves.
    let layout = (0..<70).map { Span($0 * 5 / 2, $0 * 5 / 2 + 2, Int($0)) }
    let pages = 180
    var ranges: [(start: Int, end: Int)] = []
    for start in 0..<pages {
      for length in [1, 2, 3, 7, 80, 81] where start + length <= pages {
        ranges.append((start, start + length))
      }
    }
    try checkEverything(layout, pages: pages, ranges: ranges)
  }
}
