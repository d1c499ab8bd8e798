// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

extension Ledger {
  /// Forgets the files that nothing maps any more, and the paths that nobody has, when there are more
  /// than twice as many of either as were in use the last time.
  ///
  /// Looks at every live mapping: called now and then, it costs nothing until it has something to do,
  /// and then a few nanoseconds for each mapping, shared among as many new files.
  public func sweep(_ texts: inout TextTable) {
    guard files.isDueForSweep || texts.isDueForSweep else { return }
    var used = Set<FileID>()
    for space in spaces.values {
      space.table.forEach(in: .everything) { entry in
        if entry.value.file != .none { used.insert(entry.value.file) }
      }
    }
    // A call that fails may still give back what it seemed to take.
    recent.forEachMapping { used.insert($0.file) }
    files.keep(used)
    var paths = Set(used.map { files[$0].path })
    for process in processes.values { paths.insert(process.executable) }
    texts.keep(paths)
  }
}
