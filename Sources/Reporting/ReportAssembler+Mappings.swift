// SPDX-License-Identifier: Apache-2.0
import LeakDetection
public import MappingEvents
public import MappingLedger

/// The live mappings of a space as rows, in address order.
public func mappingRows(of space: Space, _ ledger: Ledger, _ texts: TextTable) -> [MappingRow] {
  var rows: [MappingRow] = []
  rows.reserveCapacity(space.table.count)
  space.table.forEach(in: .everything) { entry in
    let mapping = entry.value
    let file = ledger.files[mapping.file]
    let stack = space.threadStack(of: mapping)
    rows.append(
      MappingRow(
        range: entry.range, protection: mapping.protection, isShared: mapping.isShared,
        kind: mapping.kind, path: texts[file.path],
        offset: mapping.file == .none && !mapping.isShared
          ? nil : entry.range.start &+ mapping.offsetBias,
        born: mapping.born, isSeeded: mapping.isSeeded, origin: space.origin(of: mapping),
        callPath: mapping.callPath, thread: stack.map { ($0.thread, !$0.isIdle) }))
  }
  return rows
}

extension Space {
  fileprivate func threadStack(of mapping: LiveMapping) -> ThreadStack? {
    mapping.traits.contains(.threadStack) ? stacks.byOrigin[mapping.origin] : nil
  }

  /// The origin of the account that a mapping is counted in. Its call path is the one that stands for
  /// all that turned out to be equal.
  func origin(of mapping: LiveMapping) -> Origin {
    var origin = accounts[mapping.account].origin
    if let stack = threadStack(of: mapping) { origin.unitBytes = stack.bytes }
    return origin
  }
}

/// Groups of rows with the same kind, size and culprit, the largest first. `since` is when the account of
/// growth began.
func mappingGroups(
  of rows: [MappingRow], since: KernelInstant, at now: KernelInstant
) -> [MappingGroup] {
  struct Key: Hashable {
    var kind: MappingKind
    var bytes: UInt64
    var culprit: String?
  }
  var groups: [Key: MappingGroup] = [:]
  var births: [Key: [UInt64]] = [:]
  for row in rows {
    let key = Key(kind: row.kind, bytes: row.range.length, culprit: row.culprit)
    var group =
      groups.removeValue(forKey: key)
      ?? MappingGroup(
        kind: row.kind, culprit: row.culprit, unitBytes: key.bytes, count: 0, bytes: 0,
        ages: AgeHistogram())
    group.origins.insert(row.origin)
    group.count += 1
    group.bytes += key.bytes
    group.ages.count(row.born, at: now)
    if let born = row.born, born >= since { births[key, default: []].append(born.nanoseconds) }
    groups[key] = group
  }
  for (key, moments) in births {
    let moments = moments.sorted()
    groups[key]?.period = regularPeriod(of: moments)
    groups[key]?.bytesPerMinute =
      Double(key.bytes) * Double(moments.count) / Double(max(1, now.since(since))) * 60e9
  }
  return groups.values.sorted {
    ($0.bytes, $0.unitBytes, $0.kind.rawValue, $0.culprit ?? "")
      > ($1.bytes, $1.unitBytes, $1.kind.rawValue, $1.culprit ?? "")
  }
}
