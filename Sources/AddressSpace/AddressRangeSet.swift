// SPDX-License-Identifier: Apache-2.0

/// A set of addresses, stored as disjoint ranges.
public struct AddressRangeSet: Hashable, Sendable {
  /// In ascending order. No range is empty or touches the next one.
  public private(set) var ranges: [AddressRange] = []

  public static let everything = AddressRangeSet([.everything])

  public init() {}

  /// The union of `ranges`, which may overlap and come in any order.
  public init(_ ranges: [AddressRange]) {
    for range in ranges.sorted() where !range.isEmpty {
      if let last = self.ranges.last, range.start <= last.end {
        self.ranges[self.ranges.count - 1].end = max(last.end, range.end)
      } else {
        self.ranges.append(range)
      }
    }
  }

  public var isEmpty: Bool { ranges.isEmpty }

  public mutating func formUnion(_ range: AddressRange) {
    guard !range.isEmpty else { return }
    let first = firstIndex(endingAt: range.start)
    var joined = range
    var next = first
    while next < ranges.count, ranges[next].start <= range.end {
      joined.start = min(joined.start, ranges[next].start)
      joined.end = max(joined.end, ranges[next].end)
      next += 1
    }
    ranges.replaceSubrange(first..<next, with: CollectionOfOne(joined))
  }

  /// Whether at least one address of `range` is in the set.
  public func overlaps(_ range: AddressRange) -> Bool {
    guard !range.isEmpty, range.start < .max else { return false }
    let index = firstIndex(endingAt: range.start + 1)
    return index < ranges.count && ranges[index].start < range.end
  }

  /// The parts of `range` that are in the set, ascending.
  public func parts(of range: AddressRange) -> [AddressRange] {
    var parts: [AddressRange] = []
    var index = firstIndex(endingAt: range.start)
    while index < ranges.count, ranges[index].start < range.end {
      let part = ranges[index].intersection(range)
      if !part.isEmpty { parts.append(part) }
      index += 1
    }
    return parts
  }

  /// The parts of `range` that are not in the set, ascending.
  public func gaps(in range: AddressRange) -> [AddressRange] {
    var gaps: [AddressRange] = []
    var reached = range.start
    for part in parts(of: range) {
      if part.start > reached { gaps.append(AddressRange(start: reached, end: part.start)) }
      reached = part.end
    }
    if reached < range.end { gaps.append(AddressRange(start: reached, end: range.end)) }
    return gaps
  }

  /// The index of the first range that ends at `address` or later.
  private func firstIndex(endingAt address: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
