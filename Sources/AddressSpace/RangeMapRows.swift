// SPDX-License-Identifier: Apache-2.0

/// The rows of one leaf, as pointers into it. Only valid inside `withRows`.
@usableFromInline
struct RangeMapRows<Value: BitwiseCopyable & Sendable> {
  /// What a row holds besides its start.
  @usableFromInline
  struct Rest {
    @usableFromInline var end: UInt64
    @usableFromInline var value: Value

    @inlinable
    init(end: UInt64, value: Value) {
      self.end = end
      self.value = value
    }
  }

  @usableFromInline let capacity: Int
  /// `capacity` keys. Behind the last row they are `UInt64.max`, which no entry starts at, so that a
  /// search can read a fixed number of keys.
  @usableFromInline let starts: UnsafeMutablePointer<UInt64>
  @usableFromInline let rests: UnsafeMutablePointer<Rest>

  @inlinable
  init(words: UnsafeMutablePointer<UInt64>, capacity: Int) {
    self.capacity = capacity
    starts = words
    rests = Self.restsAddress(words, capacity).assumingMemoryBound(to: Rest.self)
  }

  @inlinable
  static func restsAddress(
    _ words: UnsafeMutablePointer<UInt64>, _ capacity: Int
  ) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(words + capacity).alignedUp(for: Rest.self)
  }

  @inlinable
  func entry(at row: Int) -> RangeMap<Value>.Entry {
    .init(range: AddressRange(start: starts[row], end: rests[row].end), value: rests[row].value)
  }

  @inlinable
  func write(_ entry: RangeMap<Value>.Entry, at row: Int) {
    starts[row] = entry.range.start
    rests[row] = Rest(end: entry.range.end, value: entry.value)
  }

  /// Copies `count` rows from `source` of `other` to `target` of this leaf. Both may be the same leaf.
  @inlinable
  func copy(_ count: Int, from source: Int, of other: RangeMapRows, to target: Int) {
    (starts + target).update(from: other.starts + source, count: count)
    (rests + target).update(from: other.rests + source, count: count)
  }

  /// Clears the last rows, `lower..<upper`.
  @inlinable
  func clear(_ lower: Int, _ upper: Int) {
    if upper &- lower == 1 {
      starts[lower] = .max
    } else {
      (starts + lower).update(repeating: .max, count: upper &- lower)
    }
  }

  /// How many of the `count` rows start at or below `address`.
  ///
  /// Compares every eighth key, then searches the eight keys that this leads to. Fewer comparisons depend
  /// on each other than in a binary search, and none is a branch.
  @inlinable @inline(__always)
  func count(startingAtMost address: UInt64, of count: Int) -> Int {
    var eight = starts
    var pivot = starts + 7
    let last = starts + (capacity &- 8)
    while pivot < last {
      eight += pivot.pointee <= address ? 8 : 0
      pivot += 8
    }
    var low = eight[3] <= address ? 4 : 0
    low &+= eight[low &+ 1] <= address ? 2 : 0
    low &+= eight[low] <= address ? 1 : 0
    low &+= eight[low] <= address ? 1 : 0
    // A search for `UInt64.max` also counts the keys behind the last row.
    return min((eight - starts) &+ low, count)
  }

  /// The row that contains `address`; if none does, the next one above it; if there is none, `count`.
  @inlinable
  func firstIndex(endingAfter address: UInt64, count: Int) -> Int {
    let above = self.count(startingAtMost: address, of: count)
    let below = max(above &- 1, 0)
    return above > 0 && rests[below].end > address ? below : above
  }
}
