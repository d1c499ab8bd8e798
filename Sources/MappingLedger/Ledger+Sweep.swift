// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

extension Ledger {
  /// Forgets the files and the paths that nothing uses, once there are twice as many of either as were in
  /// use at the last sweep.
  ///
  /// A sweep looks at every live mapping, at a few nanoseconds each. Until it is due, a call costs
  /// nothing.
  public func sweep(_ texts: inout TextTable) {
    guard files.isDueForSweep || texts.isDueForSweep else { return }
    var used = Set<FileID>()
    for space in spaces.values {
      space.table.forEach(in: .everything) { entry in
        if entry.value.file != .none { used.insert(entry.value.file) }
      }
    }
    // A munmap that turns out to have failed brings these mappings back.
    recent.forEachMapping { used.insert($0.file) }
    files.keep(used)
    var paths = Set(used.map { files[$0].path })
    for process in processes.values { paths.insert(process.executable) }
    texts.keep(paths)
  }
}
