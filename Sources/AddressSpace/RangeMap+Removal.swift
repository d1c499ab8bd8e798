// SPDX-License-Identifier: Apache-2.0

extension RangeMap {
  /// Removes everything in `range` and splits entries at its edges. Calls `removed` with each removed
  /// portion, in ascending order.
  @inlinable
  public mutating func remove(_ range: AddressRange, removed: (Entry) -> Void) {
    carve(range, placing: nil, removed: removed)
  }

  /// Removes everything in `range`, then makes `range` one new entry. It is not joined with its
  /// neighbors, even if their values are equal. An empty range changes nothing.
  @inlinable
  public mutating func replace(
    _ range: AddressRange, with value: Value, removed: (Entry) -> Void
  ) {
    carve(range, placing: value, removed: removed)
  }

  /// Removes, and places `value` if there is one, in one pass: the rows behind the range move at most
  /// once.
  @inlinable
  mutating func carve(_ range: AddressRange, placing value: Value?, removed: (Entry) -> Void) {
    guard !range.isEmpty else { return }
    guard !leaves.isEmpty else {
      if let value { insertFirst(Entry(range: range, value: value)) }
      return
    }
    let leaf = leafIndex(for: range.start)
    let next = leaf &+ 1
    if next < firsts.count, firsts[next] < range.end {
      carveAcrossLeaves(range, from: leaf, placing: value, removed: removed)
      return
    }
    let overlap = withLeaf(leaf) { $0.rows(overlapping: range) }
    if overlap.isEmpty {
      if let value { insert(Entry(range: range, value: value), leaf, overlap.lower) }
      return
    }
    makeUnique(leaf)
    if overlap.isAround {
      carveMiddle(range, leaf, overlap.lower, placing: value, removed: removed)
      return
    }
    let carving = withLeaf(leaf) { $0.carve(range, overlap, placing: value, removed: removed) }
    entryCount &-= carving.rowsLost
    totalBytes &-= carving.bytesLost
    if overlap.lower == 0 { firsts[leaf] = carving.first }
    if let value {
      if carving.isPlaced {
        totalBytes &+= range.length
      } else {
        insert(Entry(range: range, value: value), leaf, carving.place)
      }
    }
    // Looking at the neighbors costs a cache miss or two. Every fourth time is often enough.
    if carving.rowsLost > 0, carving.rowsLeft & 3 == 0 { mergeOrShrink(leaf) }
  }

  /// Cuts `range` out of the middle of one row. The leaf must be held by this map only.
  @inlinable @inline(never)
  mutating func carveMiddle(
    _ range: AddressRange, _ leaf: Int, _ row: Int, placing value: Value?,
    removed: (Entry) -> Void
  ) {
    let whole = leaves[leaf].entry(at: row)
    removed(Entry(range: range, value: whole.value))
    let above = split(whole, leaf, row, at: range.end)
    let below = rowBefore(above.leaf, above.row)
    leaves[below.leaf].withRows { rows, _ in rows.rests[below.row].end = range.start }
    totalBytes &-= range.length
    if let value { insert(Entry(range: range, value: value), above.leaf, above.row) }
  }

  /// Carves a range that reaches beyond the leaf `first`, perhaps over many leaves. This is rare.
  @inlinable @inline(never)
  mutating func carveAcrossLeaves(
    _ range: AddressRange, from first: Int, placing value: Value?, removed: (Entry) -> Void
  ) {
    var dropped = first..<first
    for leaf in first..<leaves.count {
      guard leaf == first || firsts[leaf] < range.end else { break }
      let overlap = leaves[leaf].rows(overlapping: range)
      if overlap.isWhole {
        // The leaf is dropped whole below, so a leaf that another map shares need not be copied.
        for row in 0..<overlap.upper {
          let entry = leaves[leaf].entry(at: row)
          totalBytes &-= entry.range.length
          removed(entry)
        }
        entryCount &-= overlap.upper
        dropped = dropped.lowerBound..<leaf + 1
        continue
      }
      if leaf == first { dropped = leaf + 1..<leaf + 1 }
      guard !overlap.isEmpty else { continue }
      makeUnique(leaf)
      let carving = leaves[leaf].carve(range, overlap, placing: nil, removed: removed)
      entryCount &-= carving.rowsLost
      totalBytes &-= carving.bytesLost
      if overlap.lower == 0 { firsts[leaf] = carving.first }
    }
    removeLeaves(dropped)
    if let value {
      let entry = Entry(range: range, value: value)
      if leaves.isEmpty {
        insertFirst(entry)
      } else if dropped.lowerBound > 0 {
        insert(entry, dropped.lowerBound - 1, leaves[dropped.lowerBound - 1].count)
      } else {
        insert(entry, 0, 0)
      }
    }
    mergeOrShrink(dropped.lowerBound)
    mergeOrShrink(dropped.lowerBound - 1)
  }
}
