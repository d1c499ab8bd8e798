// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// A difference between a table and a list of the kernel, with the kernel's area there; nil when the
/// kernel has none.
struct SnapshotDifference {
  var drift: Drift
  var area: SpaceSnapshot.Area?

  /// The parts of this difference outside of `settled`.
  func parts(outside settled: AddressRangeSet) -> [SnapshotDifference] {
    settled.gaps(in: drift.range).map { part in
      var difference = self
      difference.drift.range = part
      return difference
    }
  }
}

extension Space {
  /// Compares the table with a list, from the lowest address up. Takes over the files of areas that
  /// agree, since only the list has their paths.
  func differences(
    from snapshot: SpaceSnapshot, files: inout FileTable
  ) -> [SnapshotDifference] {
    var result: [SnapshotDifference] = []
    var reached: UInt64 = 0
    var adopted: [(AddressRange, SpaceSnapshot.Area.File)] = []
    for area in snapshot.areas {
      result += stale(from: reached, to: area.range.start)
      reached = area.range.start
      table.forEach(in: area.range) { entry in
        let range = entry.range.intersection(area.range)
        if range.start > reached {
          let hole = AddressRange(start: reached, end: range.start)
          let cause: Drift.Cause = entry.hasGrownDown(to: area) ? .stackGrowth : .missing
          result.append(SnapshotDifference(drift: Drift(range: hole, cause: cause), area: area))
        }
        reached = range.end
        if !entry.value.agrees(with: area) {
          result.append(SnapshotDifference(drift: Drift(range: range, cause: .changed), area: area))
        } else if let file = area.file {
          if entry.value.file == .none || entry.value.file != files.id(of: file.identity) {
            adopted.append((range, file))
          } else if files[entry.value.file].path == TextTable.empty {
            files[entry.value.file].path = file.path
          }
        }
      }
      if reached < area.range.end {
        let rest = AddressRange(start: reached, end: area.range.end)
        result.append(SnapshotDifference(drift: Drift(range: rest, cause: .missing), area: area))
        reached = area.range.end
      }
    }
    result += stale(from: reached, to: .max)
    for (range, file) in adopted {
      let id = files.id(of: file)
      table.update(range, where: { $0.file != id }, { mapping, _ in mapping.file = id })
    }
    for difference in result {
      if let file = difference.area?.file { _ = files.id(of: file) }
    }
    return result
  }

  /// The mappings of the table where the kernel has none.
  private func stale(from start: UInt64, to end: UInt64) -> [SnapshotDifference] {
    var result: [SnapshotDifference] = []
    let gap = AddressRange(start: start, end: end)
    table.forEach(in: gap) { entry in
      let drift = Drift(range: entry.range.intersection(gap), cause: .stale)
      result.append(SnapshotDifference(drift: drift, area: nil))
    }
    return result
  }
}

extension FileTable {
  /// The id of a listed file, whose path is taken over if it was unknown.
  fileprivate mutating func id(of file: SpaceSnapshot.Area.File) -> FileID {
    let id = id(of: file.identity)
    if self[id].path == TextTable.empty { self[id].path = file.path }
    return id
  }
}

extension RangeMap<LiveMapping>.Entry {
  /// Whether it is a stack that has grown down to the start of `area`: the table must know it as a
  /// mapping that grows, and it must lie right above.
  fileprivate func hasGrownDown(to area: SpaceSnapshot.Area) -> Bool {
    area.growsDown && range.start < area.range.end
      && value.traits.contains(.growsDown) && value.agrees(with: area)
  }
}

extension LiveMapping {
  /// Whether the kernel's area says the same as this mapping. The name of the file does not count:
  /// overlay file systems have two for one file.
  fileprivate func agrees(with area: SpaceSnapshot.Area) -> Bool {
    guard protection == area.protection, isShared == area.isShared else { return false }
    guard let areaFile = area.file else { return !traits.contains(.file) }
    if traits.contains(.file) || isShared {
      return offsetBias == areaFile.offset &- area.range.start
    }
    return hugePageShift != 0
  }
}
