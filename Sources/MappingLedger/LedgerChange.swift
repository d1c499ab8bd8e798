// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// What an event did to the ledger.
public struct LedgerChange: Sendable {
  /// The id of the space concerned; nil when none is known.
  public var space: Int?
  public var effect: Effect

  public enum Effect: Sendable {
    /// Nothing: the call failed, could not take effect, or concerns nobody in view.
    case none
    case mapped(AddressRange, replacedBytes: UInt64)
    /// `freed` bytes were mapped in the range.
    case unmapped(AddressRange, freed: UInt64)
    /// A call that had been taken for done was not.
    case restored(bytes: UInt64)
    case moved(from: AddressRange, to: AddressRange)
    case protected(AddressRange, Protection)
    case breakMoved(to: UInt64, delta: Int64)
    case attached(AddressRange)
    case detached(AddressRange, freed: UInt64)
    /// `stack` is the start of the live mapping that the child's stack pointer lies in.
    case taskCreated(stack: UInt64?, newProcess: ProcessID?)
    case execed(newProcess: Bool)
    case exited(name: ThreadName, last: Bool)
    case spaceEnded(freed: UInt64)
    case renamed
    /// The kernel has to be asked.
    case unsure
  }
}

/// Why the kernel has to be asked about a space.
public enum SnapshotReason: Sendable, Hashable {
  /// First seen, without a table.
  case unknown
  /// exec filled it.
  case execed(KernelInstant)
  /// Forked while other threads may have been changing it.
  case forked
  /// A call changed it in a way that only the kernel knows.
  case unsure
  /// Records were lost.
  case lost
}
