// SPDX-License-Identifier: Apache-2.0

/// Disjoint address ranges, each with a value, in ascending order.
///
/// Two levels: leaves of some dozen rows, and above them an array of leaves beside an array of
/// their first addresses. A copy shares every leaf until one side changes it, so that a forked
/// process costs the top level only. Entries are never merged: two neighbors with equal values stay
/// two. A split keeps the value in both parts, so a value must not depend on its position.
///
/// Everything is inlinable because unspecialized code is eight times slower. Sendable although
/// leaves are shared, because a leaf is written only while one map alone holds it.
public struct RangeMap<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
  public struct Entry: Sendable {
    /// Never empty in an entry that a map hands out.
    public var range: AddressRange
    public var value: Value

    @inlinable
    public init(range: AddressRange, value: Value) {
      self.range = range
      self.value = value
    }
  }

  @usableFromInline typealias Leaf = RangeMapLeaf<Value>

  /// The start of each leaf's first row, exactly; meaningless for the one leaf of an empty map.
  @usableFromInline var firsts: [UInt64] = []
  /// Only a leaf that is alone may be empty, or smaller than `maximumLeafCapacity`.
  @usableFromInline var leaves: [Leaf] = []
  /// Leaves that merging set free, for the next splits: steady churn then allocates nothing.
  @usableFromInline var spares: [Leaf] = []
  @usableFromInline var entryCount = 0
  @usableFromInline var totalBytes: UInt64 = 0

  @inlinable
  public init() {}

  /// How many entries there are, in constant time.
  @inlinable
  public var count: Int { entryCount }

  /// The bytes of all entries, in constant time; disjoint ranges cannot exceed `UInt64.max` in all.
  @inlinable
  public var byteCount: UInt64 { totalBytes }

  @inlinable
  public var isEmpty: Bool { entryCount == 0 }

  @inlinable
  public mutating func removeAll() { self = RangeMap() }
}

extension RangeMap.Entry: Equatable where Value: Equatable {}
