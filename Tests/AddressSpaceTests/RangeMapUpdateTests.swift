// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct RangeMapUpdateTests {
  /// Adds 10 to each value in a range. Returns the portions that `body` saw and the bytes that were
  /// reported.
  func addTen(
    _ map: inout RangeMap<Int>, _ start: UInt64, _ end: UInt64,
    where needsChange: (Int) -> Bool = { _ in true }
  ) -> (portions: [AddressRange], bytes: UInt64) {
    var portions: [AddressRange] = []
    let bytes = map.update(range(start, end), where: needsChange) { value, portion in
      value += 10
      portions.append(portion)
    }
    return (portions, bytes)
  }

  @Test("updating exact entries changes them in place")
  func exact() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2))
    let update = addTen(&map, 10, 30)
    #expect(update.portions == [range(10, 20), range(20, 30)])
    #expect(update.bytes == 20)
    #expect(map.spans == [Span(10, 20, 11), Span(20, 30, 12)])
  }

  @Test("updating the head, the tail or the middle splits the entry there")
  func splits() {
    var map = RangeMap(Span(10, 20, 1), Span(30, 40, 2), Span(50, 60, 3))
    #expect(addTen(&map, 5, 14).portions == [range(10, 14)])
    #expect(addTen(&map, 36, 45).portions == [range(36, 40)])
    #expect(addTen(&map, 53, 57).portions == [range(53, 57)])
    #expect(
      map.spans == [
        Span(10, 14, 11), Span(14, 20, 1), Span(30, 36, 2), Span(36, 40, 12), Span(50, 53, 3),
        Span(53, 57, 13), Span(57, 60, 3),
      ])
    #expect(map.count == 7)
    #expect(map.byteCount == 30)
  }

  @Test("updating over holes counts only the bytes of entries")
  func holes() {
    var map = RangeMap(Span(10, 20, 1), Span(30, 40, 2))
    let update = addTen(&map, 15, 100)
    #expect(update.bytes == 15)
    #expect(map.spans == [Span(10, 15, 1), Span(15, 20, 11), Span(30, 40, 12)])
    #expect(addTen(&map, 20, 30).bytes == 0)
    #expect(addTen(&map, 12, 12).bytes == 0)
    #expect(addTen(&map, 18, 12).bytes == 0)
    #expect(map.count == 3)
  }

  @Test("an entry that needs no change is neither split nor touched")
  func needsChange() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2), Span(30, 40, 3))
    let update = addTen(&map, 15, 35, where: { $0 == 2 })
    #expect(update.portions == [range(20, 30)])
    #expect(update.bytes == 10)
    #expect(map.spans == [Span(10, 20, 1), Span(20, 30, 12), Span(30, 40, 3)])
  }

  @Test("each entry is asked once whether it needs change")
  func asksOnce() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2), Span(30, 40, 3))
    var asked: [Int] = []
    _ = addTen(
      &map, 15, 35,
      where: {
        asked.append($0)
        return true
      })
    #expect(asked == [1, 2, 3])
    #expect(map.count == 5)
  }

  @Test("an update that changes nothing does not copy leaves shared with another map")
  func sharedUntouched() {
    var map = RangeMap(Span(10, 20, 1), Span(20, 30, 2))
    let copy = map
    _ = addTen(&map, 0, 99, where: { _ in false })
    #expect(map.leaves[0] === copy.leaves[0])
  }

  @Test("updates that split in full leaves keep every portion in order")
  func fullLeaves() {
    var map = RangeMap<Int>()
    for index in 0..<256 { _ = map.place(UInt64(index) * 10, UInt64(index) * 10 + 10, index) }
    var expected: [Span] = []
    for index in 0..<256 {
      let start = UInt64(index) * 10
      #expect(addTen(&map, start + 3, start + 7).bytes == 4)
      expected += [
        Span(start, start + 3, index), Span(start + 3, start + 7, index + 10),
        Span(start + 7, start + 10, index),
      ]
    }
    #expect(map.spans == expected)
    #expect(map.brokenPromise == nil)
  }
}
