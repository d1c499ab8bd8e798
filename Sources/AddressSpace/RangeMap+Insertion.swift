// SPDX-License-Identifier: Apache-2.0

extension RangeMap {
  /// The capacity of the first leaf of a map. It doubles as the map grows, so a small process takes
  /// little memory.
  @inlinable static var minimumLeafCapacity: Int { 8 }
  /// Measured: with larger leaves, moving rows dominates; with smaller ones, searching for the leaf does.
  @inlinable static var maximumLeafCapacity: Int { 32 }

  @inlinable @inline(never)
  mutating func insertFirst(_ entry: Entry) {
    insertLeaf(takeLeaf(capacity: Self.minimumLeafCapacity), first: entry.range.start, at: 0)
    insert(entry, 0, 0)
  }

  /// Inserts `entry`, which must not overlap any other one, as row `row` of a leaf. Returns where it is
  /// afterwards.
  @inlinable @inline(__always)
  @discardableResult
  mutating func insert(_ entry: Entry, _ leaf: Int, _ row: Int) -> (leaf: Int, row: Int) {
    var place = (leaf: leaf, row: row)
    if withLeaf(leaf, { $0.isFull }) { place = makeRoom(leaf, row) }
    makeUnique(place.leaf)
    withLeaf(place.leaf) { $0.insert(entry, at: place.row) }
    if place.row == 0 { firsts[place.leaf] = entry.range.start }
    entryCount &+= 1
    totalBytes &+= entry.range.length
    return place
  }

  /// Makes room for one row at `row` of a full leaf. Returns where that row belongs now.
  ///
  /// At the edge of a leaf, no row is moved. The kernel hands out addresses downward, so mappings made in
  /// that order fill whole leaves instead of leaving half-empty ones behind.
  @inlinable @inline(never)
  mutating func makeRoom(_ leaf: Int, _ row: Int) -> (leaf: Int, row: Int) {
    let count = leaves[leaf].count
    if count < Self.maximumLeafCapacity {
      resizeLeaf(leaf, capacity: count * 2)
      return (leaf, row)
    }
    if row == count {
      if leaf + 1 == leaves.count || leaves[leaf + 1].isFull {
        insertLeaf(takeLeaf(capacity: Self.maximumLeafCapacity), first: 0, at: leaf + 1)
      }
      return (leaf + 1, 0)
    }
    if row == 0 {
      if leaf > 0, !leaves[leaf - 1].isFull { return (leaf - 1, leaves[leaf - 1].count) }
      insertLeaf(takeLeaf(capacity: Self.maximumLeafCapacity), first: 0, at: leaf)
      return (leaf, 0)
    }
    let middle = count / 2
    makeUnique(leaf)
    let right = takeLeaf(capacity: Self.maximumLeafCapacity)
    right.append(leaves[leaf], from: middle)
    leaves[leaf].truncate(to: middle)
    insertLeaf(right, first: right.entry(at: 0).range.start, at: leaf + 1)
    return row <= middle ? (leaf, row) : (leaf + 1, row - middle)
  }

  @inlinable
  mutating func insertLeaf(_ new: Leaf, first: UInt64, at leaf: Int) {
    leaves.insert(new, at: leaf)
    firsts.insert(first, at: leaf)
  }
}
