// SPDX-License-Identifier: Apache-2.0

/// The limits of one process as /proc has them. Nil means unlimited or unknown.
public struct LimitNumbers: Sendable, Hashable {
  /// Areas, as the kernel counts them.
  public var mappings: UInt64?
  /// vm.max_map_count.
  public var mostMappings: UInt64?
  public var virtualBytes: UInt64
  /// RLIMIT_AS.
  public var addressSpaceLimit: UInt64?
  /// Committed_AS and CommitLimit, where the kernel enforces that limit.
  public var committedBytes: UInt64?
  public var commitLimit: UInt64?

  public init(
    mappings: UInt64? = nil, mostMappings: UInt64? = nil, virtualBytes: UInt64 = 0,
    addressSpaceLimit: UInt64? = nil, committedBytes: UInt64? = nil, commitLimit: UInt64? = nil
  ) {
    self.mappings = mappings
    self.mostMappings = mostMappings
    self.virtualBytes = virtualBytes
    self.addressSpaceLimit = addressSpaceLimit
    self.committedBytes = committedBytes
    self.commitLimit = commitLimit
  }
}
