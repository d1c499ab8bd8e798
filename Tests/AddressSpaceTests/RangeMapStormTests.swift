import TestKit
// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

/// How a storm of random operations chooses its ranges.
struct StormShape: Sendable, CustomStringConvertible {
  var description: String
  var pages: Int
  var steps: Int
  /// One in `rarity` ranges has up to `long` pages, the others up to `short`.
  var short: Int
  var long: Int
  var rarity: Int

  static let all = [
    StormShape(description: "dense", pages: 1500, steps: 12000, short: 4, long: 400, rarity: 60),
    StormShape(description: "crowded", pages: 60, steps: 12000, short: 3, long: 60, rarity: 30),
    StormShape(description: "vast", pages: 3000, steps: 12000, short: 2, long: 3000, rarity: 1500),
  ]
}

struct RangeMapStormTests {
  @Test(
    "random storms agree with an array of pages at every step",
    arguments: StormShape.all, [1, 2, 3] as [UInt64])
  func storm(shape: StormShape, seed: UInt64) throws {
    var numbers = SplitMix64(state: seed)
    var map = RangeMap<Int>()
    var pages = PageArray(pages: shape.pages)
    var inserted: UInt64 = 0
    var removed: UInt64 = 0
    for step in 1...shape.steps {
      let start = numbers.below(shape.pages)
      let longest = numbers.below(shape.rarity) == 0 ? shape.long : shape.short
      let end = min(start + numbers.below(longest + 1), shape.pages)
      let reported: [Span]
      let expected: [Span]
      switch numbers.below(8) {
      case 0...3:
        reported = map.place(UInt64(start), UInt64(end), step)
        expected = pages.replace(start, end, with: step)
        inserted += UInt64(end - start)
        removed += reported.reduce(0) { $0 + $1.end - $1.start }
      case 4...6:
        reported = map.take(UInt64(start), UInt64(end))
        expected = pages.remove(start, end)
        removed += reported.reduce(0) { $0 + $1.end - $1.start }
      default:
        let needsChange: (Int) -> Bool = { $0 % 3 != 0 }
        var seen: [Span] = []
        let bytes = map.update(range(UInt64(start), UInt64(end)), where: needsChange) {
          seen.append(Span($1.start, $1.end, $0))
          $0 += 1_000_000
        }
        reported = seen
        expected = pages.update(start, end, where: needsChange) { $0 += 1_000_000 }
        try #require(bytes == UInt64(expected.reduce(0) { $0 + $1.end - $1.start }))
      }
      try #require(reported == expected, "step \(step)")
      try #require(map.byteCount == inserted - removed, "step \(step)")
      if step % 20 == 0 {
        try #require(map.brokenPromise == nil, "step \(step)")
        try #require(map.spans == pages.spans, "step \(step)")
        try #require(map.byteCount == UInt64(pages.used), "step \(step)")
      }
    }
    #expect(map.spans == pages.spans)
    for index in 0..<shape.pages {
      #expect(map.entry(containing: UInt64(index))?.value == pages.pages[index]?.value)
    }
  }

  @Test("mappings that come and go in address order fill leaves well", arguments: [true, false])
  func sequential(descending: Bool) {
    var map = RangeMap<Int>()
    for index in 0..<5000 {
      let start = UInt64(descending ? 4999 - index : index) * 2
      _ = map.place(start, start + 1, index)
    }
    #expect(map.count == 5000)
    #expect(map.leaves.count <= 5000 / RangeMap<Int>.maximumLeafCapacity + 1)
    #expect(map.brokenPromise == nil)
  }

  @Test(
    "a map frees its leaves as it shrinks", arguments: [1, 2] as [UInt64])
  func shrinking(seed: UInt64) {
    var numbers = SplitMix64(state: seed)
    var map = RangeMap<Int>()
    let starts = (0..<6000).map { UInt64($0) * 2 }.shuffled(using: &numbers)
    for start in starts { _ = map.place(start, start + 1, 0) }
    for (index, start) in starts.enumerated() {
      _ = map.take(start, start + 1)
      let rows = map.leaves.reduce(0) { $0 + $1.rowCapacity }
      if index % 100 == 99, map.count > 100 {
        #expect(rows < map.count * 5 / 2)
        #expect(map.spares.count <= 1 + map.leaves.count / 2)
      }
    }
    #expect(map.isEmpty)
    #expect(map.leaves.count == 1 && map.leaves[0].rowCapacity == 8)
    #expect(map.spares.isEmpty)
    #expect(map.leaves.capacity < 64)
    #expect(map.brokenPromise == nil)
  }
}
