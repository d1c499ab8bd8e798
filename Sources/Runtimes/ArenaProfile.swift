// SPDX-License-Identifier: Apache-2.0

/// How an allocator reserves address space for an arena: without access, and made accessible piece by
/// piece as it is used.
@frozen
public struct ArenaProfile: Sendable {
  /// The size of one reservation, in bytes. It begins at a multiple of this size.
  public let heapBytes: UInt64
  /// The size that is mapped at first, in bytes. What lies outside of an aligned `heapBytes` is
  /// unmapped at once.
  public let mappedBytes: UInt64

  @inlinable
  public init(heapBytes: UInt64, mappedBytes: UInt64) {
    self.heapBytes = heapBytes
    self.mappedBytes = mappedBytes
  }
}
