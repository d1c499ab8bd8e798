// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import AddressSpace

struct RangeMapLookupTests {
  let map = RangeMap(Span(10, 20, 1), Span(20, 30, 2), Span(40, 50, 3))

  @Test("an empty map finds nothing at any address", arguments: [0, 1, .max] as [UInt64])
  func empty(address: UInt64) {
    var emptied = map
    _ = emptied.take(0, .max)
    for map in [RangeMap<Int>(), emptied] {
      #expect(map.entry(containing: address) == nil)
      #expect(map.firstEntry(endingAfter: address) == nil)
      #expect(map.lastEntry(startingBefore: address) == nil)
      #expect(map.spans == [])
    }
  }

  @Test(
    "an address is found in the entry that contains it and in no other one",
    arguments: [
      (0, nil), (9, nil), (10, 1), (19, 1), (20, 2), (29, 2), (30, nil), (39, nil), (40, 3),
      (49, 3),
      (50, nil), (.max, nil),
    ] as [(UInt64, Int?)])
  func containing(address: UInt64, value: Int?) {
    #expect(map.entry(containing: address)?.value == value)
  }

  @Test(
    "the first entry that ends after an address contains it or is the next one above",
    arguments: [
      (0, 1), (10, 1), (19, 1), (20, 2), (29, 2), (30, 3), (49, 3), (50, nil), (.max, nil),
    ] as [(UInt64, Int?)])
  func endingAfter(address: UInt64, value: Int?) {
    #expect(map.firstEntry(endingAfter: address)?.value == value)
  }

  @Test(
    "the last entry that starts before an address starts strictly below it",
    arguments: [
      (0, nil), (10, nil), (11, 1), (20, 1), (21, 2), (40, 2), (41, 3), (.max, 3),
    ] as [(UInt64, Int?)])
  func startingBefore(address: UInt64, value: Int?) {
    #expect(map.lastEntry(startingBefore: address)?.value == value)
  }

  @Test("the entries of a range are whole, not clipped to it")
  func forEachInRange() {
    var found: [Span] = []
    map.forEach(in: range(15, 41)) { found.append(Span($0)) }
    #expect(found == [Span(10, 20, 1), Span(20, 30, 2), Span(40, 50, 3)])
    found = []
    map.forEach(in: range(20, 40)) { found.append(Span($0)) }
    #expect(found == [Span(20, 30, 2)])
    found = []
    map.forEach(in: range(30, 40)) { found.append(Span($0)) }
    map.forEach(in: range(15, 15)) { found.append(Span($0)) }
    map.forEach(in: range(45, 15)) { found.append(Span($0)) }
    #expect(found == [])
  }

  @Test("an entry at the end of the address space is found at its last address and not beyond")
  func lastAddress() {
    let map = RangeMap(Span(.max - 4, .max, 1))
    #expect(map.entry(containing: .max - 1)?.value == 1)
    #expect(map.entry(containing: .max) == nil)
    #expect(map.firstEntry(endingAfter: .max) == nil)
    #expect(map.lastEntry(startingBefore: .max)?.value == 1)
  }

  @Test("lookups agree across every leaf boundary of a large map")
  func largeMap() {
    var map = RangeMap<Int>()
    for index in 0..<500 { _ = map.place(UInt64(index) * 4 + 2, UInt64(index) * 4 + 4, index) }
    #expect(map.leaves.count > 10)
    for address in 0..<UInt64(2004) {
      let index = Int(address / 4)
      let isInside = address % 4 >= 2 && index < 500
      #expect(map.entry(containing: address)?.value == (isInside ? index : nil))
      #expect(map.firstEntry(endingAfter: address)?.value == (index < 500 ? index : nil))
      let below = min(index - (address % 4 > 2 ? 0 : 1), 499)
      #expect(map.lastEntry(startingBefore: address)?.value == (below >= 0 ? below : nil))
    }
  }

  @Test("values of any alignment and size come back unchanged")
  func layouts() {
    struct Nothing: BitwiseCopyable, Sendable, Equatable {}
    func check<Value: Equatable>(_ make: (Int) -> Value) where Value: BitwiseCopyable & Sendable {
      var map = RangeMap<Value>()
      for index in 0..<100 {
        let start = UInt64(index * 37 % 100) * 10
        map.replace(range(start, start + 9), with: make(index * 37 % 100)) { _ in }
      }
      for index in 0..<100 {
        let entry = map.entry(containing: UInt64(index) * 10 + 8)
        #expect(
          entry
            == .init(range: range(UInt64(index) * 10, UInt64(index) * 10 + 9), value: make(index)))
      }
      #expect(map.brokenPromise == nil)
    }
    check { UInt8($0) }
    check { Int32($0) }
    check { SIMD2<UInt64>(UInt64($0), 7) }
    check { SIMD8<UInt64>(repeating: UInt64($0)) }
    check { _ in Nothing() }
  }
}
