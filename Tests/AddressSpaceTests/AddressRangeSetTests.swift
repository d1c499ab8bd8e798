// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Testing

@Suite struct AddressRangeSetTests {
  private func range(_ start: UInt64, _ end: UInt64) -> AddressRange {
    AddressRange(start: start, end: end)
  }

  @Test("ranges given in any order are kept in ascending order, and joined where they touch")
  func normalForm() {
    let set = AddressRangeSet([range(8, 9), range(1, 3), range(3, 5), range(2, 4), range(7, 7)])
    #expect(set.ranges == [range(1, 5), range(8, 9)])
  }

  @Test("an added range is joined with the ranges that it overlaps or touches")
  func union() {
    var set = AddressRangeSet([range(1, 2), range(4, 6), range(8, 9), range(12, 13)])
    set.formUnion(range(2, 8))
    #expect(set.ranges == [range(1, 9), range(12, 13)])
    set.formUnion(range(10, 11))
    set.formUnion(range(5, 5))
    #expect(set.ranges == [range(1, 9), range(10, 11), range(12, 13)])
  }

  @Test("nothing overlaps an empty range or a neighbor")
  func overlaps() {
    let set = AddressRangeSet([range(4, 6), range(8, 9)])
    #expect(set.overlaps(range(5, 6)))
    #expect(set.overlaps(range(0, 5)))
    #expect(!set.overlaps(range(6, 8)))
    #expect(!set.overlaps(range(0, 4)))
    #expect(!set.overlaps(range(5, 5)))
    #expect(!set.overlaps(range(.max, .max)))
    #expect(AddressRangeSet.everything.overlaps(range(0, 1)))
  }

  @Test("parts and gaps of a range make up the range")
  func partsAndGaps() {
    let set = AddressRangeSet([range(2, 4), range(6, 8)])
    #expect(set.parts(of: range(3, 7)) == [range(3, 4), range(6, 7)])
    #expect(set.gaps(in: range(3, 7)) == [range(4, 6)])
    #expect(set.gaps(in: range(0, 9)) == [range(0, 2), range(4, 6), range(8, 9)])
    #expect(set.gaps(in: range(2, 4)) == [])
    #expect(AddressRangeSet().gaps(in: range(1, 2)) == [range(1, 2)])
  }

  @Test("sets made in different ways agree with an array of flags")
  func agreesWithFlags() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      var flags = [Bool](repeating: false, count: 24)
      var added: [AddressRange] = []
      var grown = AddressRangeSet()
      for _ in 0..<Int.random(in: 0..<8, using: &random) {
        let start = Int.random(in: 0..<24, using: &random)
        let end = Int.random(in: start...24, using: &random)
        for index in start..<end { flags[index] = true }
        added.append(range(UInt64(start), UInt64(end)))
        grown.formUnion(range(UInt64(start), UInt64(end)))
      }
      #expect(AddressRangeSet(added) == grown)
      for index in 0..<24 {
        let one = range(UInt64(index), UInt64(index) + 1)
        #expect(grown.overlaps(one) == flags[index])
        #expect(grown.parts(of: one).isEmpty != flags[index])
        #expect(grown.gaps(in: one).isEmpty == flags[index])
      }
    }
  }
}
