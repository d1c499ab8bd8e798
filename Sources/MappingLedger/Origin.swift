// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// Where memory of one address space comes from: the key of accounts, verdicts, growth, groups and
/// profiles.
///
/// Two mappings have the same origin when the same call path made them in the same manner and they
/// are of one kind; where no call path is known, when they are also of one size.
public struct Origin: Hashable, Sendable {
  /// How the memory came.
  public enum Manner: UInt8, Hashable, Sendable {
    /// By mmap or shmat, or from before our time.
    case mapped
    /// Grown by mremap.
    case grown
    /// Mapped without access, by the megabyte: address space, and no memory yet.
    case reserved
    /// Mapped over what was mapped already: it adds nothing.
    case placed
    /// By the program break.
    case `break`
    /// Mapped over what Go's runtime had reserved: as the break does, it makes a heap larger.
    case filled
    /// The sum over all origins of the heap; no mapping is in it.
    case heapTotal
    /// What was made accessible of reservations; no mapping is in it.
    case committed
  }

  public var kind: MappingKind
  public var manner: Manner
  /// Nil where it is unknown, or where all call paths are taken together.
  public var callPath: CallPathID?
  /// Bytes of each mapping, where that is all that is known of the origin; else 0.
  public var unitBytes: UInt64

  public init(
    kind: MappingKind, manner: Manner = .mapped, callPath: CallPathID? = nil,
    unitBytes: UInt64 = 0
  ) {
    self.kind = kind
    self.manner = manner
    self.callPath = callPath
    self.unitBytes = unitBytes
  }
}
