// SPDX-License-Identifier: Apache-2.0
import AddressSpace
package import MappingEvents
package import MappingLedger

/// What a ledger learns from lists of tables and tasks, as a tracer would hand them over.
extension Ledger {
  /// Merges a list of `areas` as the whole table of a space, which was asked for because nothing of
  /// the space was known.
  package func list(
    _ space: SpaceKey, _ areas: [SpaceSnapshot.Area] = [], totals: SpaceTotals = SpaceTotals(),
    at when: KernelInstant
  ) {
    merge(SpaceSnapshot(key: space, totals: totals, areas: areas), at: when, reason: .unknown)
  }

  /// Admits a listed task; the first thread of its process unless `thread` names another.
  package func admit(
    _ process: UInt32, thread: UInt32? = nil, named name: String, to space: SpaceKey,
    stackPointer: UInt64 = 0, at when: KernelInstant
  ) {
    admit(
      ListedTask(
        space: space, process: ProcessID(process), thread: ThreadID(thread ?? process),
        parent: ProcessID(1), name: ThreadName(name), stackPointer: stackPointer,
        totals: SpaceTotals()), at: when)
  }
}
