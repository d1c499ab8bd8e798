// SPDX-License-Identifier: Apache-2.0

/// The rows of one leaf, as pointers into it; valid only inside `withRows`.
@usableFromInline
struct RangeMapRows<Value: BitwiseCopyable & Sendable> {
  /// What a row holds beside its start.
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
  /// `capacity` keys, those behind the last row being `UInt64.max`, which starts no entry: a search
  /// may then read a fixed number of them.
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

  /// Moves `count` rows from `source` of `other` to `target` of this; the two may be one leaf.
  @inlinable
  func copy(_ count: Int, from source: Int, of other: RangeMapRows, to target: Int) {
    (starts + target).update(from: other.starts + source, count: count)
    (rests + target).update(from: other.rests + source, count: count)
  }

  /// Makes the rows `lower..<upper`, at the end, rows no more.
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
  /// Every eighth key, then the eight keys so found: fewer comparisons wait for one another than in
  /// a binary search, and none is a branch.
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
    // Looking for `UInt64.max` itself also counts the keys behind the last row.
    return min((eight - starts) &+ low, count)
  }

  /// The row that contains `address`, else the next one above it, else `count`.
  @inlinable
  func firstIndex(endingAfter address: UInt64, count: Int) -> Int {
    let above = self.count(startingAtMost: address, of: count)
    let below = max(above &- 1, 0)
    return above > 0 && rests[below].end > address ? below : above
  }
}
