import TestKit
// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct RangeMapCopyTests {
  func makeMap(_ count: Int) -> RangeMap<Int> {
    var map = RangeMap<Int>()
    for index in 0..<count { _ = map.place(UInt64(index) * 10, UInt64(index) * 10 + 8, index) }
    return map
  }

  @Test("a change to a copy does not show in the original, and the other way around")
  func independence() {
    var map = RangeMap(Span(10, 20, 1), Span(30, 40, 2))
    var copy = map
    _ = copy.take(12, 15)
    _ = map.place(15, 35, 3)
    copy.update(range(30, 40)) { value, _ in value = 9 }
    #expect(map.spans == [Span(10, 15, 1), Span(15, 35, 3), Span(35, 40, 2)])
    #expect(copy.spans == [Span(10, 12, 1), Span(15, 20, 1), Span(30, 40, 9)])
  }

  @Test("a copy shares every leaf except those that it changes")
  func sharing() {
    let map = makeMap(1000)
    var copy = map
    _ = copy.place(5003, 5005, -1)
    let shared = copy.leaves.filter { leaf in map.leaves.contains { $0 === leaf } }
    #expect(shared.count >= map.leaves.count - 1)
    #expect(map.spans == makeMap(1000).spans)
  }

  @Test("emptying a copy leaves the original whole")
  func emptying() {
    let map = makeMap(1000)
    var copy = map
    #expect(copy.take(0, .max) == map.spans)
    #expect(copy.isEmpty)
    #expect(map.spans == makeMap(1000).spans)
    #expect(map.brokenPromise == nil)
  }

  @Test("neither of two maps writes a spare leaf that both hold")
  func spares() {
    var map = makeMap(400)
    _ = map.take(1000, 3000)
    #expect(!map.spares.isEmpty)
    var copy = map
    for index in 0..<200 {
      _ = map.place(1000 + UInt64(index) * 10, 1008 + UInt64(index) * 10, index)
      _ = copy.place(1000 + UInt64(index) * 10, 1004 + UInt64(index) * 10, -index)
    }
    #expect(map.brokenPromise == nil && copy.brokenPromise == nil)
    #expect(map.count == 400 && copy.count == 400)
    #expect(map.byteCount == copy.byteCount + 800)
  }

  @Test("copies kept during a storm stay as they were", arguments: [1, 2, 3] as [UInt64])
  func storm(seed: UInt64) {
    var numbers = SplitMix64(state: seed)
    var maps = [makeMap(300)]
    var kept: [(map: RangeMap<Int>, spans: [Span])] = []
    for step in 0..<3000 {
      if step % 150 == 0 {
        let map = maps[numbers.below(maps.count)]
        kept.append((map, map.spans))
        maps.append(map)
        if maps.count > 4 { maps.remove(at: numbers.below(4)) }
      }
      let start = UInt64(numbers.below(4000))
      let end = start + UInt64(numbers.below(40) == 0 ? numbers.below(2000) : numbers.below(20))
      let which = numbers.below(maps.count)
      switch numbers.below(4) {
      case 0: _ = maps[which].take(start, end)
      case 1: maps[which].update(range(start, end)) { value, _ in value &+= step }
      default: _ = maps[which].place(start, end, step)
      }
    }
    for (map, spans) in kept {
      #expect(map.spans == spans)
      #expect(map.brokenPromise == nil)
    }
    for map in maps { #expect(map.brokenPromise == nil) }
  }
}
