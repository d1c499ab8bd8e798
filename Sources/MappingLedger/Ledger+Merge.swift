// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// A range where the table and a list of the kernel differ.
public struct Drift: Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// Only the kernel has a mapping there.
    case missing
    /// Only the table has a mapping there.
    case stale
    /// Both have a mapping, with other protection, sharing or file offset.
    case changed
    /// A stack grew because it was used. No call shows that.
    case stackGrowth
  }

  public var range: AddressRange
  public var cause: Cause
}

extension Ledger {
  /// Makes the table of a space equal to the kernel's list. Mappings that both have keep what is known of
  /// them. Returns the differences that were found outside of known doubts.
  ///
  /// `window` holds the events that were recorded while the kernel made the list, all from before `when`.
  /// The caller applies them afterwards. Where an event of the window decides, the list is ignored, and
  /// so it is in the range of a call that began before the window and may not have returned. In ranges
  /// that were in doubt the list is used all the same.
  @discardableResult
  public func merge(
    _ snapshot: SpaceSnapshot, at when: KernelInstant, reason: SnapshotReason,
    window: [MappingEvent] = []
  ) -> [Drift] {
    let space = space(of: snapshot.key) ?? makeSpace(snapshot.key, at: when)
    guard let splice = splice(snapshot, into: space, window: window, at: when) else { return [] }
    let differences = space.differences(from: snapshot, files: &files).flatMap {
      $0.parts(outside: splice.settled)
    }
    for difference in differences {
      mend(difference, of: space, snapshot.totals, at: when, reason: reason)
    }
    if !differences.isEmpty {
      space.coalesce(around: .everything)
    }
    // The text of /proc shows no break until there is a heap.
    if !splice.movesBreak, snapshot.totals.currentBreak != 0 {
      space.startBreak = snapshot.totals.startBreak
      space.currentBreak = snapshot.totals.currentBreak
    }
    space.isCompat = snapshot.totals.isCompat
    space.hasLostEvents = false
    let doubts = space.doubts
    space.doubts = splice.doubts
    space.listedDoubts = doubts
    space.listedAt = when
    if !space.doubts.isEmpty { want(space.key, .unsure) }
    if !space.isSeeded {
      space.isSeeded = true
      space.markBaseline(at: when)
    }
    return differences.map(\.drift).filter { !doubts.overlaps($0.range) }
  }

  private func mend(
    _ difference: SnapshotDifference, of space: Space, _ totals: SpaceTotals,
    at when: KernelInstant, reason: SnapshotReason
  ) {
    let range = difference.drift.range
    switch difference.drift.cause {
    case .stale:
      unmap(range, of: space, at: when)
    case .missing:
      guard let area = difference.area else { return }
      addMissing(area, range, to: space, totals, at: when, reason: reason)
    case .stackGrowth:
      guard let above = space.table.entry(containing: range.end) else { return }
      map(range, above.value, in: space, at: when, coming: .present, isNew: false)
    case .changed:
      guard let area = difference.area else { return }
      let fresh = mapping(listed: area, totals, reason: reason)
      space.table.update(range) { mapping, _ in mapping.take(fresh) }
    }
  }

  private func addMissing(
    _ area: SpaceSnapshot.Area, _ range: AddressRange, to space: Space, _ totals: SpaceTotals,
    at when: KernelInstant, reason: SnapshotReason
  ) {
    ordinal &+= 1
    var mapping = mapping(listed: area, totals, reason: reason)
    // The calls of a 32-bit space are not recorded: its lists are the only news of it.
    let isNews = totals.isCompat && space.isSeeded && reason == .unsure
    if isNews { mapping.bornAt = when }
    let isReserved = mapping.isReservation(range.length)
    let isArena = mapping.isRestOfArena(range)
    if isReserved { mapping.traits.insert(.reserved) }
    if mapping.isUsedOfArena(range) {
      space.accounts.committedBefore += range.length
    } else if isReserved, !isArena {
      space.accounts.committedBefore += space.committedBefore(below: range.start)
    }
    mapping.account = account(
      in: space, of: mapping, isReserved ? .reserved : .mapped,
      bytes: isArena ? Account.arenaBytes : range.length)
    map(range, mapping, in: space, at: when, coming: isNews ? .born : .present)
  }

  /// The mapping that an area of the kernel's list becomes.
  private func mapping(
    listed area: SpaceSnapshot.Area, _ totals: SpaceTotals, reason: SnapshotReason
  ) -> LiveMapping {
    var born = KernelInstant.zero
    if case .execed(let moment) = reason { born = moment }
    var mapping = LiveMapping(
      origin: ordinal, placed: ordinal, bornAt: born, callPath: nil, thread: 0,
      traits: area.traits(totals))
    if born == .zero { mapping.traits.insert(.seeded) }
    if area.hugePageBytes > 0 {
      mapping.hugePageShift = UInt32(area.hugePageBytes.trailingZeroBitCount)
    }
    if let file = area.file {
      mapping.file = files.id(of: file.identity)
      mapping.offsetBias = file.offset &- area.range.start
      if area.isSegment {
        files[mapping.file].segmentBytes = max(
          files[mapping.file].segmentBytes, file.offset + area.range.length)
      }
    }
    return mapping
  }
}

extension SpaceSnapshot.Area {
  fileprivate func traits(_ totals: SpaceTotals) -> LiveMapping.Traits {
    var traits = LiveMapping.Traits(rawValue: UInt32(protection.rawValue))
    if isShared { traits.insert(.shared) }
    if growsDown { traits.insert(.growsDown) }
    if isSegment { traits.insert(.segment) }
    if isSpecial || range.start == totals.vdso {
      traits.insert(.special)
    } else if file != nil {
      // Anonymous shared memory is a file to the kernel only.
      if !isAnonymousShared { traits.insert(.file) }
    } else if range.contains(totals.startStack) {
      traits.insert(.mainStack)
    } else if range.start < totals.currentBreak, range.end > totals.startBreak {
      traits.insert(.heap)
    }
    return traits
  }
}

extension LiveMapping {
  /// Takes over what a list of the kernel says, and keeps what is known of the past.
  fileprivate mutating func take(_ fresh: LiveMapping) {
    let kept = traits.intersection([.seeded, .threadStack, .noReserve, .stackFlag, .reserved])
    traits = fresh.traits.subtracting([.seeded]).union(kept)
    hugePageShift = fresh.hugePageShift
    file = fresh.file
    offsetBias = fresh.offsetBias
  }
}
