// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// What an event changed in the ledger.
public struct LedgerChange: Sendable {
  /// The id of the space that it changed; nil when none is known.
  public var space: Int?
  public var effect: Effect

  public enum Effect: Sendable {
    /// The call failed, could not take effect, or is of no traced process.
    case none
    case mapped(AddressRange, replacedBytes: UInt64)
    /// `freed` bytes were mapped in the range.
    case unmapped(AddressRange, freed: UInt64)
    /// A munmap failed. The ledger undid its removal.
    case restored(bytes: UInt64)
    case moved(from: AddressRange, to: AddressRange)
    case protected(AddressRange, Protection)
    case breakMoved(to: UInt64, delta: Int64)
    case attached(AddressRange)
    case detached(AddressRange, freed: UInt64)
    /// `stack` is the start of the mapping that the child's stack pointer lies in; nil if none is known.
    case taskCreated(stack: UInt64?, newProcess: ProcessID?)
    case execed(newProcess: Bool)
    case exited(name: ThreadName, last: Bool)
    case spaceEnded(freed: UInt64)
    case renamed
    /// Only the kernel knows. It has to be asked.
    case unsure
  }
}

/// Why the kernel has to be asked about a space.
public enum SnapshotReason: Sendable, Hashable {
  /// The space was seen for the first time, so it has no table.
  case unknown
  /// An exec made the space and filled it.
  case execed(KernelInstant)
  /// The space was forked while other threads may have been changing its parent.
  case forked
  /// A call changed the space in a way that only the kernel knows.
  case unsure
  /// Records of the space were lost.
  case lost
}
