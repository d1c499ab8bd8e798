// SPDX-License-Identifier: Apache-2.0

/// The rows of a leaf that overlap a range: `lower..<upper`. If none does, the range belongs at `lower`.
@usableFromInline
struct RangeMapOverlap {
  @usableFromInline var lower: Int
  @usableFromInline var upper: Int
  /// Whether it is a single row that reaches beyond the range on both sides.
  @usableFromInline var isAround: Bool
  /// Whether it is all rows of the leaf, each of them wholly inside the range.
  @usableFromInline var isWhole: Bool

  @inlinable
  init(lower: Int, upper: Int, isAround: Bool, isWhole: Bool) {
    self.lower = lower
    self.upper = upper
    self.isAround = isAround
    self.isWhole = isWhole
  }

  @inlinable
  var isEmpty: Bool { lower == upper }
}

/// What carving a range out of a leaf has changed.
@usableFromInline
struct RangeMapCarving {
  /// The row where the range is, or belongs.
  @usableFromInline var place: Int
  @usableFromInline var isPlaced: Bool
  @usableFromInline var rowsLost: Int
  @usableFromInline var rowsLeft: Int
  @usableFromInline var bytesLost: UInt64
  /// The start of the first row that is left; unspecified if none is.
  @usableFromInline var first: UInt64

  @inlinable
  init(
    place: Int, isPlaced: Bool, rowsLost: Int, rowsLeft: Int, bytesLost: UInt64, first: UInt64
  ) {
    self.place = place
    self.isPlaced = isPlaced
    self.rowsLost = rowsLost
    self.rowsLeft = rowsLeft
    self.bytesLost = bytesLost
    self.first = first
  }
}

extension RangeMapLeaf {
  @inlinable
  func rows(overlapping range: AddressRange) -> RangeMapOverlap {
    withRows { rows, count in
      let lower = rows.firstIndex(endingAfter: range.start, count: count)
      // A linear search, because almost every unmapped range lies in one or two mappings.
      var upper = lower
      while upper < count, rows.starts[upper] < range.end { upper &+= 1 }
      guard lower < upper else {
        return RangeMapOverlap(lower: lower, upper: upper, isAround: false, isWhole: false)
      }
      let startsBelow = rows.starts[lower] < range.start
      let endsAbove = rows.rests[upper &- 1].end > range.end
      return RangeMapOverlap(
        lower: lower, upper: upper,
        isAround: startsBelow && endsAbove && upper &- lower == 1,
        isWhole: upper &- lower == count && !startsBelow && !endsAbove)
    }
  }

  /// Removes or trims the rows in `overlap`, and calls `removed` with each removed portion. Puts `value`
  /// there if that freed a row. The leaf must be held by one map only, and the overlap must not be
  /// `isAround`.
  @inlinable
  func carve(
    _ range: AddressRange, _ overlap: RangeMapOverlap, placing value: Value?,
    removed: (Entry) -> Void
  ) -> RangeMapCarving {
    withRows { rows, count in
      var lower = overlap.lower
      var upper = overlap.upper
      var bytesLost: UInt64 = 0
      for row in overlap.lower..<overlap.upper {
        var portion = rows.entry(at: row)
        if portion.range.start < range.start {
          rows.rests[row].end = range.start
          portion.range.start = range.start
          lower &+= 1
        } else if range.end < portion.range.end {
          rows.starts[row] = range.end
          portion.range.end = range.end
          upper &-= 1
        }
        bytesLost &+= portion.range.length
        removed(portion)
      }
      let place = lower
      if let value, lower < upper {
        rows.write(Entry(range: range, value: value), at: lower)
        lower &+= 1
      }
      if lower < upper {
        rows.copy(count &- upper, from: upper, of: rows, to: lower)
        rows.clear(count &- (upper &- lower), count)
        count &-= upper &- lower
      }
      return RangeMapCarving(
        place: place, isPlaced: place < lower, rowsLost: upper &- lower, rowsLeft: count,
        bytesLost: bytesLost, first: rows.starts[0])
    }
  }
}
