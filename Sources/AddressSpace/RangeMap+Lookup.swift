// SPDX-License-Identifier: Apache-2.0

extension RangeMap {
  /// The entry that contains `address`.
  @inlinable
  public func entry(containing address: UInt64) -> Entry? {
    guard !isEmpty else { return nil }
    return withLeaf(leafIndex(for: address)) { leaf in
      leaf.withRows { rows, count in
        let row = rows.firstIndex(endingAfter: address, count: count)
        guard row < count, rows.starts[row] <= address else { return nil }
        return rows.entry(at: row)
      }
    }
  }

  /// The entry that contains `address`; if there is none, the next one above it.
  @inlinable
  public func firstEntry(endingAfter address: UInt64) -> Entry? {
    guard !isEmpty else { return nil }
    let leaf = leafIndex(for: address)
    let row = leaves[leaf].firstIndex(endingAfter: address)
    if row < leaves[leaf].count { return leaves[leaf].entry(at: row) }
    return leaf + 1 < leaves.count ? leaves[leaf + 1].entry(at: 0) : nil
  }

  /// The entry with the greatest start below `address`.
  @inlinable
  public func lastEntry(startingBefore address: UInt64) -> Entry? {
    guard !isEmpty, address > 0 else { return nil }
    return withLeaf(leafIndex(for: address &- 1)) { leaf in
      leaf.withRows { rows, count in
        let above = rows.count(startingAtMost: address &- 1, of: count)
        return above == 0 ? nil : rows.entry(at: above &- 1)
      }
    }
  }

  /// Calls `body` with every entry, in ascending order.
  @inlinable
  public func forEach(_ body: (Entry) -> Void) {
    for leaf in leaves {
      for row in 0..<leaf.count { body(leaf.entry(at: row)) }
    }
  }

  /// Calls `body` with every entry that overlaps `range`, in ascending order. Entries are not clipped to
  /// `range`.
  @inlinable
  public func forEach(in range: AddressRange, _ body: (Entry) -> Void) {
    guard !range.isEmpty, !isEmpty else { return }
    let first = leafIndex(for: range.start)
    var row = leaves[first].firstIndex(endingAfter: range.start)
    for leaf in leaves[first...] {
      for row in row..<leaf.count {
        let entry = leaf.entry(at: row)
        guard entry.range.start < range.end else { return }
        body(entry)
      }
      row = 0
    }
  }

  /// The index of the leaf for `address`: the last one that starts at or below it; 0 if none does.
  @inlinable
  func leafIndex(for address: UInt64) -> Int {
    firsts.withUnsafeBufferPointer { firsts in
      guard let base = firsts.baseAddress else { return 0 }
      return max(countAtMost(address, in: base, count: firsts.count) &- 1, 0)
    }
  }

  /// Calls `body` with a leaf, without reference counting.
  ///
  /// This is safe because the array keeps the leaf alive and `body` cannot change the array. Counting
  /// would take a tenth of the time of an operation.
  @inlinable @inline(__always)
  func withLeaf<Result>(_ leaf: Int, _ body: (Leaf) -> Result) -> Result {
    Unmanaged.passUnretained(leaves[leaf])._withUnsafeGuaranteedRef(body)
  }
}

/// How many of `keys`, which are in ascending order, are at most `key`.
///
/// A binary search that adds the result of each comparison instead of branching on it. Addresses go
/// either way at every step, and one mispredicted branch costs as much as several steps. The steps are
/// powers of two because the compiler turns other forms of this loop back into branches.
@inlinable
func countAtMost(_ key: UInt64, in keys: UnsafePointer<UInt64>, count: Int) -> Int {
  var shift = 63 &- (count &+ 1).leadingZeroBitCount
  let block = 1 &<< shift
  var base = 0
  if block <= count, keys[count &- block] <= key { base = count &- block &+ 1 }
  while shift > 0 {
    shift &-= 1
    let isAtMost = keys[base &+ (1 &<< shift) &- 1] <= key ? 1 : 0
    base &+= isAtMost &<< shift
  }
  return base
}
