// SPDX-License-Identifier: Apache-2.0

extension RangeMap {
  /// Changes the values inside `range` by calling `body` with each portion, in ascending order, and splits
  /// entries at the edges. Returns the bytes of those portions.
  ///
  /// `needsChange` is asked once for each entry. If it says no, the entry is neither split nor given to
  /// `body`. Calls that set a property of a range often find it set already.
  @inlinable
  @discardableResult
  public mutating func update(
    _ range: AddressRange, where needsChange: (Value) -> Bool = { _ in true },
    _ body: (inout Value, AddressRange) -> Void
  ) -> UInt64 {
    guard !range.isEmpty, !isEmpty else { return 0 }
    var touched: UInt64 = 0
    var leaf = leafIndex(for: range.start)
    var row = withLeaf(leaf) { $0.firstIndex(endingAfter: range.start) }
    while leaf < leaves.count {
      guard row < withLeaf(leaf, { $0.count }) else {
        leaf &+= 1
        row = 0
        continue
      }
      var entry = withLeaf(leaf) { $0.entry(at: row) }
      guard entry.range.start < range.end else { break }
      if needsChange(entry.value) {
        let portion = entry.range.intersection(range)
        touched &+= portion.length
        if entry.range.start < portion.start {
          (leaf, row) = split(entry, leaf, row, at: portion.start)
          entry.range.start = portion.start
        }
        if portion.end < entry.range.end {
          let above = split(entry, leaf, row, at: portion.end)
          (leaf, row) = rowBefore(above.leaf, above.row)
        }
        makeUnique(leaf)
        withLeaf(leaf) { $0.withRows { rows, _ in body(&rows.rests[row].value, portion) } }
      }
      row &+= 1
    }
    return touched
  }

  /// Splits `entry`, which is in `row`, at an address inside it. Returns where the upper part is. The
  /// lower part is in the row before.
  @inlinable @inline(never)
  mutating func split(
    _ entry: Entry, _ leaf: Int, _ row: Int, at address: UInt64
  ) -> (leaf: Int, row: Int) {
    makeUnique(leaf)
    leaves[leaf].withRows { rows, _ in rows.rests[row].end = address }
    totalBytes &-= entry.range.end &- address
    let upper = AddressRange(start: address, end: entry.range.end)
    return insert(Entry(range: upper, value: entry.value), leaf, row &+ 1)
  }

  /// The row before this one, which must not be the first row of the map.
  @inlinable
  func rowBefore(_ leaf: Int, _ row: Int) -> (leaf: Int, row: Int) {
    row > 0 ? (leaf, row - 1) : (leaf - 1, leaves[leaf - 1].count - 1)
  }
}
