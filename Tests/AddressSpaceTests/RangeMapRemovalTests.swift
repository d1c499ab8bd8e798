// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct RangeMapRemovalTests {
  @Test("removing a whole entry leaves nothing and reports all of it")
  func whole() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.take(10, 20) == [Span(10, 20, 1)])
    #expect(map.isEmpty)
    #expect(map.byteCount == 0)
    #expect(map.spans == [])
  }

  @Test("removing the head leaves the tail")
  func head() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.take(5, 13) == [Span(10, 13, 1)])
    #expect(map.spans == [Span(13, 20, 1)])
    #expect(map.byteCount == 7)
  }

  @Test("removing the tail leaves the head")
  func tail() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.take(17, 30) == [Span(17, 20, 1)])
    #expect(map.spans == [Span(10, 17, 1)])
    #expect(map.byteCount == 7)
  }

  @Test("removing the middle leaves two entries of the same value")
  func middle() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.take(13, 17) == [Span(13, 17, 1)])
    #expect(map.spans == [Span(10, 13, 1), Span(17, 20, 1)])
    #expect(map.count == 2)
    #expect(map.byteCount == 6)
  }

  @Test("removing over several entries and the holes between reports each portion, ascending")
  func spanning() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2), Span(40, 50, 3), Span(60, 70, 4))
    #expect(
      map.take(15, 65) == [Span(15, 20, 1), Span(20, 30, 2), Span(40, 50, 3), Span(60, 65, 4)])
    #expect(map.spans == [Span(10, 15, 1), Span(65, 70, 4)])
  }

  @Test("removing from a hole, or beside an entry, changes and reports nothing")
  func holes() {
    var map = RangeMap(Span(10, 20, 1), Span(30, 40, 2))
    for (start, end) in [(0, 10), (20, 30), (22, 28), (40, 99)] as [(UInt64, UInt64)] {
      #expect(map.take(start, end) == [])
    }
    #expect(map.spans == [Span(10, 20, 1), Span(30, 40, 2)])
    var empty = RangeMap<Int>()
    #expect(empty.take(0, .max) == [])
  }

  @Test("an empty or reversed range removes nothing, even inside an entry")
  func emptyRanges() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.take(15, 15) == [])
    #expect(map.take(18, 12) == [])
    #expect(map.spans == [Span(10, 20, 1)])
  }

  @Test("replacing with an empty or reversed range places nothing")
  func emptyReplacement() {
    var map = RangeMap(Span(10, 20, 1))
    #expect(map.place(15, 15, 2) == [])
    #expect(map.place(18, 12, 2) == [])
    #expect(map.spans == [Span(10, 20, 1)])
  }

  @Test("replacing over several entries takes their place and trims the outer two")
  func replaceSeveral() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2), Span(40, 50, 3))
    #expect(map.place(15, 45, 9) == [Span(15, 20, 1), Span(20, 30, 2), Span(40, 45, 3)])
    #expect(map.spans == [Span(10, 15, 1), Span(15, 45, 9), Span(45, 50, 3)])
    #expect(map.byteCount == 40)
  }

  @Test("replacing the middle of an entry leaves three")
  func replaceMiddle() {
    var map = RangeMap(Span(10, 40, 1))
    #expect(map.place(20, 30, 2) == [Span(20, 30, 1)])
    #expect(map.spans == [Span(10, 20, 1), Span(20, 30, 2), Span(30, 40, 1)])
    #expect(map.count == 3)
    #expect(map.byteCount == 30)
  }

  @Test("neighbors with equal values stay separate entries")
  func neverMerges() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 1), Span(0, 10, 1))
    #expect(map.spans == [Span(0, 10, 1), Span(10, 20, 1), Span(20, 30, 1)])
    #expect(map.place(10, 20, 1) == [Span(10, 20, 1)])
    #expect(map.count == 3)
  }

  @Test("an entry can cover the whole address space, and be cut at its ends")
  func wholeSpace() {
    var map = RangeMap(Span(0, .max, 1))
    #expect(map.byteCount == .max)
    #expect(map.take(0, 1) == [Span(0, 1, 1)])
    #expect(map.take(.max - 1, .max) == [Span(.max - 1, .max, 1)])
    #expect(map.place(0, .max, 2) == [Span(1, .max - 1, 1)])
    #expect(map.byteCount == .max)
    #expect(map.count == 1)
  }

  @Test("after removing everything, a map behaves like a new one")
  func removeAll() {
    var map = RangeMap(Span(10, 20, 1), Span(30, 40, 2))
    map.removeAll()
    #expect(map.isEmpty && map.byteCount == 0 && map.spans == [])
    #expect(map.place(10, 20, 3) == [])
    #expect(map.spans == [Span(10, 20, 3)])
  }

  @Test("one removal over many leaves reports every entry and keeps everything outside")
  func manyLeaves() {
    var map = RangeMap<Int>()
    for index in 0..<1000 { _ = map.place(UInt64(index) * 10, UInt64(index) * 10 + 8, index) }
    let removed = map.take(1234, 8765)
    #expect(removed.count == 754)
    #expect(removed.first == Span(1234, 1238, 123))
    #expect(removed.last == Span(8760, 8765, 876))
    #expect(removed.map(\.value) == Array(123...876))
    #expect(map.count == 1000 - 752)
    #expect(map.lastEntry(startingBefore: 5000).map(Span.init) == Span(1230, 1234, 123))
    #expect(map.firstEntry(endingAfter: 5000).map(Span.init) == Span(8765, 8768, 876))
    #expect(map.brokenPromise == nil)
  }
}
