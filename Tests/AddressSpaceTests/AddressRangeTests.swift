// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct AddressRangeTests {
  @Test("a range contains its start and not its end")
  func halfOpen() {
    let range = AddressRange(start: 0x1000, end: 0x3000)
    #expect(range.length == 0x2000)
    #expect(!range.contains(0xfff))
    #expect(range.contains(0x1000))
    #expect(range.contains(0x2fff))
    #expect(!range.contains(0x3000))
  }

  @Test("a length that reaches beyond the last address is cut off there")
  func saturating() {
    let range = AddressRange(start: .max - 0xfff, length: 0x2000)
    #expect(range.end == .max)
    #expect(range.length == 0xfff)
    #expect(AddressRange(start: 0, length: .max).length == .max)
    #expect(AddressRange(start: .max, length: .max).isEmpty)
  }

  @Test("a range that ends before it starts is empty and does not trap")
  func reversed() {
    let range = AddressRange(start: 0x3000, end: 0x1000)
    #expect(range.isEmpty)
    #expect(range.length == 0)
    #expect(!range.contains(0x2000))
    #expect(!range.contains(0x3000))
    #expect(!range.overlaps(AddressRange(start: 0, end: .max)))
    #expect(!AddressRange(start: 0, end: .max).overlaps(range))
    #expect(range.intersection(AddressRange(start: 0, end: .max)).isEmpty)
  }

  @Test(
    "ranges overlap where their intersection has bytes",
    arguments: [
      (AddressRange(start: 0, end: 4), AddressRange(start: 2, end: 4)),
      (AddressRange(start: 4, end: 9), AddressRange(start: 4, end: 6)),
      (AddressRange(start: 3, end: 5), AddressRange(start: 3, end: 5)),
      (AddressRange(start: 6, end: 9), AddressRange(start: 6, end: 6)),
      (AddressRange(start: 0, end: 2), AddressRange(start: 2, end: 2)),
    ])
  func intersections(other: AddressRange, common: AddressRange) {
    let range = AddressRange(start: 2, end: 6)
    #expect(range.overlaps(other) == !common.isEmpty)
    #expect(other.overlaps(range) == !common.isEmpty)
    #expect(range.intersection(other) == common || common.isEmpty)
    #expect(range.intersection(other).isEmpty == common.isEmpty)
  }

  @Test("neighbors that touch do not overlap")
  func touching() {
    let low = AddressRange(start: 0x1000, end: 0x2000)
    let high = AddressRange(start: 0x2000, end: 0x3000)
    #expect(!low.overlaps(high))
    #expect(low.intersection(high).isEmpty)
  }

  @Test("an empty range does not overlap the range around it")
  func emptyInside() {
    let range = AddressRange(start: 0x1000, end: 0x3000)
    #expect(!range.overlaps(AddressRange(start: 0x2000, end: 0x2000)))
  }

  @Test("ranges are ordered by start, then by end")
  func order() {
    let ordered = [
      AddressRange(start: 0, end: 9), AddressRange(start: 1, end: 2),
      AddressRange(start: 1, end: 3),
      AddressRange(start: 2, end: 2), AddressRange(start: .max - 1, end: .max),
    ]
    #expect(ordered.reversed().sorted() == ordered)
  }

  @Test("a range is written as in /proc/PID/maps, with 0x in front of both addresses")
  func description() {
    #expect(
      "\(AddressRange(start: 0x7f00_0000_1000, end: .max))" == "0x7f0000001000-0xffffffffffffffff")
    #expect("\(AddressRange(start: 0, end: 16))" == "0x0-0x10")
  }
}
