// SPDX-License-Identifier: Apache-2.0

/// The addresses where a runtime puts its heap, and how that heap grows.
@frozen
public struct HeapRangeProfile: Sendable {
  /// The heap grows by mappings over reserved address space that starts in here.
  public let addresses: Range<UInt64>
  /// How many times as long, and as much, as usual this heap must grow before it is called a leak.
  public let patience: UInt64

  @inlinable
  public init(addresses: Range<UInt64>, patience: UInt64) {
    self.addresses = addresses
    self.patience = patience
  }
}
