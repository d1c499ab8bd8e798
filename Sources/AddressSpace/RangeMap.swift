// SPDX-License-Identifier: Apache-2.0

/// A map from disjoint address ranges to values, in ascending order.
///
/// It has two levels: leaves of a few dozen rows, and above them an array of the leaves and an array of
/// their first addresses. Copies share each leaf until one of them changes it, so the map of a forked
/// process costs only the top level. Entries are never merged: two neighbors with equal values stay two.
/// A split keeps the value in both parts, so a value must not depend on its address.
///
/// Everything is inlinable because unspecialized code is eight times slower. The map is Sendable although
/// it shares leaves: a leaf is written only while a single map holds it.
public struct RangeMap<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
  public struct Entry: Sendable {
    /// Never empty in an entry that comes from a map.
    public var range: AddressRange
    public var value: Value

    @inlinable
    public init(range: AddressRange, value: Value) {
      self.range = range
      self.value = value
    }
  }

  @usableFromInline typealias Leaf = RangeMapLeaf<Value>

  /// The start of the first row of each leaf. Meaningless for the one leaf of an empty map.
  @usableFromInline var firsts: [UInt64] = []
  /// A leaf may be empty, or smaller than `maximumLeafCapacity`, only if it is the only one.
  @usableFromInline var leaves: [Leaf] = []
  /// Leaves that merging has freed, for the next splits. With them, steady churn allocates nothing.
  @usableFromInline var spares: [Leaf] = []
  @usableFromInline var entryCount = 0
  @usableFromInline var totalBytes: UInt64 = 0

  @inlinable
  public init() {}

  /// How many entries there are. Takes constant time.
  @inlinable
  public var count: Int { entryCount }

  /// The bytes of all entries together. Takes constant time. Disjoint ranges cannot exceed `UInt64.max`.
  @inlinable
  public var byteCount: UInt64 { totalBytes }

  @inlinable
  public var isEmpty: Bool { entryCount == 0 }

  @inlinable
  public mutating func removeAll() { self = RangeMap() }
}

extension RangeMap.Entry: Equatable where Value: Equatable {}
