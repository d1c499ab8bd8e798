// SPDX-License-Identifier: Apache-2.0

/// How a C library keeps the stacks of threads that have ended, for threads to come.
@frozen
public struct StackCacheProfile: Sendable {
  /// The stacks that the cache holds are no more than this many bytes in total.
  public let mostBytes: UInt64
  /// A cached stack serves a new thread unless it is more than this many times the size asked for.
  public let mostOversize: UInt64

  @inlinable
  public init(mostBytes: UInt64, mostOversize: UInt64) {
    self.mostBytes = mostBytes
    self.mostOversize = mostOversize
  }
}
