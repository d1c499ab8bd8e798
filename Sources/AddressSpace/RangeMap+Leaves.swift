// SPDX-License-Identifier: Apache-2.0

extension RangeMap {
  /// Two neighboring leaves are merged if they have at most so many rows together. The margin below the
  /// maximum keeps leaves from being merged and split in turns. The limit bounds the memory.
  @inlinable static var mergedLeafLimit: Int { 26 }

  /// Copies the leaf if another map shares it. Call this before every write to a leaf.
  @inlinable @inline(__always)
  mutating func makeUnique(_ leaf: Int) {
    if !isKnownUniquelyReferenced(&leaves[leaf]) {
      resizeLeaf(leaf, capacity: leaves[leaf].rowCapacity)
    }
  }

  /// Replaces the leaf by a copy with another capacity.
  @inlinable @inline(never)
  mutating func resizeLeaf(_ leaf: Int, capacity: Int) {
    let copy = takeLeaf(capacity: capacity)
    copy.append(leaves[leaf], from: 0)
    leaves[leaf] = copy
  }

  /// An empty leaf. It is a spare one if there is one that no copy of the map holds too.
  @inlinable @inline(never)
  mutating func takeLeaf(capacity: Int) -> Leaf {
    if capacity == Self.maximumLeafCapacity, var spare = spares.popLast() {
      if isKnownUniquelyReferenced(&spare) {
        spare.truncate(to: 0)
        return spare
      }
      spares.removeAll()
    }
    return Leaf.make(capacity: capacity)
  }

  /// Restores the size invariants after a leaf has lost rows. An invalid index is ignored.
  @inlinable @inline(never)
  mutating func mergeOrShrink(_ leaf: Int) {
    guard leaves.indices.contains(leaf) else { return }
    var leaf = leaf
    while leaves.count > 1 {
      let count = leaves[leaf].count
      if leaf + 1 < leaves.count, count + leaves[leaf + 1].count <= Self.mergedLeafLimit {
        merge(leaf)
      } else if leaf > 0, count + leaves[leaf - 1].count <= Self.mergedLeafLimit {
        leaf -= 1
        merge(leaf)
      } else if count == 0 {
        removeLeaves(leaf..<leaf + 1)
        leaf = max(leaf - 1, 0)
      } else {
        return
      }
    }
    let count = leaves[0].count
    if count <= Self.maximumLeafCapacity * 3 / 4 { spares.removeAll() }
    if count <= leaves[0].rowCapacity / 4 {
      var capacity = Self.minimumLeafCapacity
      while capacity < count * 2 { capacity *= 2 }
      if capacity < leaves[0].rowCapacity { resizeLeaf(0, capacity: capacity) }
    }
  }

  /// Moves the rows of the next leaf into `leaf`.
  @inlinable
  mutating func merge(_ leaf: Int) {
    makeUnique(leaf)
    if leaves[leaf].count == 0 { firsts[leaf] = firsts[leaf + 1] }
    leaves[leaf].append(leaves[leaf + 1], from: 0)
    removeLeaves(leaf + 1..<leaf + 2)
  }

  /// Removes leaves and keeps some of them as spares. Shrinks arrays that are many times too large.
  @inlinable
  mutating func removeLeaves(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let spareLimit = 1 + (leaves.count - range.count) / 8
    if spares.count > spareLimit { spares.removeLast(spares.count - spareLimit) }
    for leaf in range
    where spares.count < spareLimit && leaves[leaf].rowCapacity == Self.maximumLeafCapacity {
      if isKnownUniquelyReferenced(&leaves[leaf]) { spares.append(leaves[leaf]) }
    }
    leaves.removeSubrange(range)
    firsts.removeSubrange(range)
    if leaves.capacity > 32, leaves.count < leaves.capacity / 4 {
      leaves = leaves.withUnsafeBufferPointer { Array($0) }
      firsts = firsts.withUnsafeBufferPointer { Array($0) }
      spares = spares.withUnsafeBufferPointer { Array($0) }
    }
  }
}
