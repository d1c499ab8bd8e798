// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// All removals and additions of mappings: they keep table, accounts and thread stacks in step.

extension Ledger {
  /// Unmaps `range` of `space`. Returns how many bytes were mapped there.
  @discardableResult
  func unmap(
    _ range: AddressRange, of space: Space, at when: KernelInstant,
    going: Accounts.Going = .freed, removed: (RemovedSpan) -> Void = { _ in }
  ) -> UInt64 {
    var freed: UInt64 = 0
    var runs = RemovedRuns()
    space.table.remove(range) { entry in
      freed += entry.range.length
      space.forget(entry, at: when)
      if let run = runs.take(entry) { space.leaveWhole(run, going, at: when) }
      removed(RemovedSpan(range: entry.range, mapping: entry.value))
    }
    space.close(runs, going, at: when)
    return freed
  }

  /// Unmaps the pieces of `range` whose mapping is `wanted`. Returns how many bytes that were.
  @discardableResult
  func unmap(
    _ range: AddressRange, of space: Space, at when: KernelInstant,
    going: Accounts.Going = .freed, where wanted: (LiveMapping) -> Bool
  ) -> UInt64 {
    var portions: [AddressRange] = []
    space.table.forEach(in: range) { entry in
      if wanted(entry.value) { portions.append(entry.range.intersection(range)) }
    }
    return portions.reduce(0) { $0 + unmap($1, of: space, at: when, going: going) }
  }

  /// Maps `range` and replaces what is mapped there. Returns how many bytes that were. With `isNew`, no
  /// other piece of this mapping exists yet.
  @discardableResult
  func map(
    _ range: AddressRange, _ mapping: LiveMapping, in space: Space, at when: KernelInstant,
    coming: Accounts.Coming = .born, isNew: Bool = true
  ) -> UInt64 {
    var replaced: UInt64 = 0
    var runs = RemovedRuns()
    space.table.replace(range, with: mapping) { entry in
      replaced += entry.range.length
      space.forget(entry, at: when)
      if let run = runs.take(entry) { space.leaveWhole(run, at: when) }
    }
    space.close(runs, .freed, at: when)
    guard !range.isEmpty else { return replaced }
    if isNew {
      space.accounts.add(
        coming, to: mapping.account, runs: 1, range.length, born: mapping.bornAt,
        file: mapping.file, at: when)
    } else {
      space.enter(range, mapping, coming, at: when)
    }
    return replaced
  }
}

extension Space {
  /// Tells the reservations and the thread stacks that a piece was removed from the table.
  func forget(_ entry: RangeMap<LiveMapping>.Entry, at when: KernelInstant) {
    if entry.value.traits.contains(.reserved), !entry.value.protection.isEmpty {
      accounts.commit(entry.value.account, -Int64(entry.range.length), at: when)
    }
    guard entry.value.traits.contains(.threadStack) else { return }
    stacks.removed(entry.range.length, origin: entry.value.origin, at: when)
  }

  /// Maps `mapping` in the holes of `range`, to undo a removal. Returns the bytes of the holes.
  func fillHoles(
    in range: AddressRange, with mapping: LiveMapping, at when: KernelInstant
  ) -> UInt64 {
    var holes: [AddressRange] = []
    var reached = range.start
    table.forEach(in: range) { entry in
      if entry.range.start > reached {
        holes.append(AddressRange(start: reached, end: entry.range.start))
      }
      reached = max(reached, entry.range.end)
    }
    if reached < range.end { holes.append(AddressRange(start: reached, end: range.end)) }
    var bytes: UInt64 = 0
    for hole in holes {
      table.replace(hole, with: mapping) { _ in }
      enter(hole, mapping, .restored, at: when)
      if mapping.traits.contains(.reserved), !mapping.protection.isEmpty {
        accounts.commit(mapping.account, Int64(hole.length), at: when)
      }
      bytes += hole.length
    }
    return bytes
  }

  /// Joins equal neighbors in and around `range`, as the kernel does. Without this, protecting a page
  /// and back would leave fragments forever.
  func coalesce(around range: AddressRange) {
    var run: RangeMap<LiveMapping>.Entry?
    var joined: [RangeMap<LiveMapping>.Entry] = []
    var grew = false
    let start = table.lastEntry(startingBefore: range.start)?.range.start ?? range.start
    let reach = AddressRange(start: start, end: range.end == .max ? .max : range.end + 1)
    table.forEach(in: reach) { entry in
      if var current = run, current.range.end == entry.range.start, current.value == entry.value {
        current.range.end = entry.range.end
        run = current
        grew = true
        return
      }
      if grew, let current = run { joined.append(current) }
      run = entry
      grew = false
    }
    if grew, let current = run { joined.append(current) }
    for entry in joined { table.replace(entry.range, with: entry.value) { _ in } }
  }

  /// Whether all of `range` is mapped.
  func isCovered(_ range: AddressRange) -> Bool {
    guard let entry = table.entry(containing: range.start) else { return false }
    return entry.range.end >= range.end || firstHole(in: range) == nil
  }

  /// The first address of `range` that is not mapped; nil when all of it is.
  func firstHole(in range: AddressRange) -> UInt64? {
    var reached = range.start
    var isBroken = false
    table.forEach(in: range) { entry in
      if entry.range.start > reached { isBroken = true }
      if !isBroken { reached = entry.range.end }
    }
    return reached >= range.end ? nil : reached
  }

  /// What is mapped in `range`, cut off at its edges.
  func pieces(in range: AddressRange) -> [RemovedSpan] {
    var pieces: [RemovedSpan] = []
    table.forEach(in: range) { entry in
      pieces.append(
        RemovedSpan(range: entry.range.intersection(range), mapping: entry.value))
    }
    return pieces
  }
}
