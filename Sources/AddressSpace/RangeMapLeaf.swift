// SPDX-License-Identifier: Apache-2.0
@usableFromInline
struct RangeMapLeafHeader {
  @usableFromInline var count: Int
  @usableFromInline let capacity: Int

  @inlinable
  init(count: Int, capacity: Int) {
    self.count = count
    self.capacity = capacity
  }
}

/// Up to `rowCapacity` entries in ascending order. Copies of a map share leaves.
///
/// The starts of all rows lie together, so a search reads few cache lines. One allocation holds
/// everything, so a map of a few entries is one small block.
@usableFromInline
final class RangeMapLeaf<Value: BitwiseCopyable & Sendable>:
  ManagedBuffer<RangeMapLeafHeader, UInt64>
{
  @usableFromInline typealias Entry = RangeMap<Value>.Entry
  @usableFromInline typealias Rows = RangeMapRows<Value>

  /// An empty leaf for `capacity` rows. `capacity` must be a multiple of 8.
  @inlinable
  static func make(capacity: Int) -> RangeMapLeaf {
    let row = MemoryLayout<Rows.Rest>.self
    let slack = row.alignment / MemoryLayout<UInt64>.alignment - 1
    let words = capacity + capacity * row.stride / MemoryLayout<UInt64>.stride + slack
    let buffer = RangeMapLeaf.create(minimumCapacity: words) { buffer in
      buffer.withUnsafeMutablePointerToElements { words in
        words.initialize(repeating: .max, count: capacity)
        _ = Rows.restsAddress(words, capacity).bindMemory(to: Rows.Rest.self, capacity: capacity)
      }
      return RangeMapLeafHeader(count: 0, capacity: capacity)
    }
    return unsafeDowncast(buffer, to: RangeMapLeaf.self)
  }

  @inlinable
  var count: Int { withUnsafeMutablePointerToHeader { $0.pointee.count } }

  @inlinable
  var rowCapacity: Int { withUnsafeMutablePointerToHeader { $0.pointee.capacity } }

  @inlinable
  var isFull: Bool { withUnsafeMutablePointerToHeader { $0.pointee.count == $0.pointee.capacity } }

  /// Calls `body` with the rows and their count.
  @inlinable
  func withRows<Result>(_ body: (Rows, inout Int) -> Result) -> Result {
    withUnsafeMutablePointers { header, words in
      body(Rows(words: words, capacity: header.pointee.capacity), &header.pointee.count)
    }
  }

  /// The entry in `row`, which must be below `count`.
  @inlinable
  func entry(at row: Int) -> Entry {
    withRows { rows, _ in rows.entry(at: row) }
  }

  @inlinable
  func firstIndex(endingAfter address: UInt64) -> Int {
    withRows { rows, count in rows.firstIndex(endingAfter: address, count: count) }
  }

  /// Inserts `entry` as row `row`. There must be room.
  @inlinable
  func insert(_ entry: Entry, at row: Int) {
    withRows { rows, count in
      rows.copy(count &- row, from: row, of: rows, to: row &+ 1)
      rows.write(entry, at: row)
      count &+= 1
    }
  }

  /// Appends the rows of `other` from `row` on. There must be room.
  @inlinable
  func append(_ other: RangeMapLeaf, from row: Int) {
    withRows { rows, count in
      other.withRows { source, sourceCount in
        rows.copy(sourceCount &- row, from: row, of: source, to: count)
        count &+= sourceCount &- row
      }
    }
  }

  @inlinable
  func truncate(to newCount: Int) {
    withRows { rows, count in
      rows.clear(newCount, count)
      count = newCount
    }
  }
}
