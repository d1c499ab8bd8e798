// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// mremap.

extension Ledger {
  /// Notes what an mremap that was just entered is about to move. Before the record of its return comes,
  /// another thread may have mapped something else at the old addresses.
  func remapping(
    _ event: MappingEvent, _ address: UInt64, _ bytes: UInt64, _ space: Space
  ) -> LedgerChange.Effect {
    let size = space.table.entry(containing: address)?.value.hugePageBytes ?? machine.pageBytes
    let old = AddressRange(start: address, length: max(pages(bytes, of: size), size))
    recent.begin(event, ordinal: ordinal, space: space.id, range: old)
    for piece in space.pieces(in: old) {
      recent.note(event, ordinal: ordinal, piece.range, piece.mapping)
    }
    return .none
  }

  func remapped(
    _ event: MappingEvent, _ call: MappingEvent.Remapped, _ space: Space
  ) -> LedgerChange.Effect {
    guard let address = call.result else {
      // With MREMAP_FIXED the kernel unmaps the destination first, and can fail after that.
      if call.flags.contains(.fixed) {
        for (start, bytes) in [
          (call.oldAddress, call.oldBytes), (call.requestedAddress, call.newBytes),
        ] {
          let length = bytes > 1 << 62 ? .max : bytes + Self.largestPage
          doubt(AddressRange(start: start, length: length), in: space)
        }
        return .unsure
      }
      return .none
    }
    var entered = recent.lastCall(of: event.thread, in: space.id)
    // The record of the entry can be lost. Then the last call of this thread is another one.
    if entered?.range.start != call.oldAddress { entered = nil }
    let before = entered?.ordinal ?? ordinal
    let pieces =
      entered?.spans
      ?? space.pieces(
        in: AddressRange(
          start: call.oldAddress, length: max(pages(call.oldBytes), machine.pageBytes)))
    let size = pieces.first?.mapping.hugePageBytes
    let old = AddressRange(start: call.oldAddress, length: pages(call.oldBytes, of: size))
    let new = AddressRange(start: address, length: pages(call.newBytes, of: size))
    guard !new.isEmpty else { return .none }
    space.activity.maps += 1
    space.activity.mappedBytes += new.length
    let source = AddressRange(start: old.start, length: max(old.length, machine.pageBytes))
    if pieces.isEmpty || space.isDoubtful(source, at: event.when) { doubt(new, in: space) }

    if old.isEmpty {
      duplicate(pieces.first, from: old.start, to: new, event, space)
    } else if new.start == old.start {
      resize(old, to: new, pieces, before, event, space)
    } else {
      move(old, to: new, pieces, before, keepSource: call.flags.contains(.doNotUnmap), event, space)
    }
    return .moved(from: old, to: new)
  }

  /// mremap with an old size of 0 makes a second mapping of the same shared memory.
  private func duplicate(
    _ source: RemovedSpan?, from address: UInt64, to new: AddressRange, _ event: MappingEvent,
    _ space: Space
  ) {
    guard var mapping = source?.mapping else { return }
    mapping.adoptOrigin(of: event, ordinal: ordinal)
    mapping.callPath = callPath(of: event, or: mapping)
    mapping.offsetBias = mapping.offsetBias &+ address &- new.start
    mapping.account = account(in: space, of: mapping, bytes: new.length)
    space.activity.unmappedBytes += map(new, mapping, in: space, at: event.when)
  }

  private func resize(
    _ old: AddressRange, to new: AddressRange, _ pieces: [RemovedSpan], _ before: UInt64,
    _ event: MappingEvent, _ space: Space
  ) {
    if new.end < old.end {
      let freed = unmap(
        AddressRange(start: new.end, end: old.end), of: space, at: event.when,
        where: { $0.wasThere(before, pieces) })
      space.activity.unmappedBytes += freed + new.length
    } else if new.end > old.end {
      guard let last = pieces.last else { return }
      // The kernel found this range free. The table can still have a mapping there that another mremap
      // is moving away: its return is not recorded yet.
      let grown = AddressRange(start: old.end, end: new.end)
      space.activity.unmappedBytes += old.length + unmap(grown, of: space, at: event.when)
      // It stays one mapping. Otherwise a buffer that grew a thousand times would be a thousand mappings.
      if last.range.end == old.end,
        last.mapping == space.table.entry(containing: old.end - 1)?.value
      {
        if last.mapping.traits.contains(.threadStack) {
          space.stacks.restored(new.end - old.end, origin: last.mapping.origin)
        }
        grow(last.mapping, into: grown, event, space)
        space.coalesce(around: new)
      } else {
        map(grown, last.mapping, in: space, at: event.when, coming: .grown, isNew: false)
        space.accounts.noteGrowth(
          of: last.mapping.account, from: last.mapping.account, old.length, by: grown.length,
          born: last.mapping.bornAt, at: event.when)
      }
    } else {
      space.activity.unmappedBytes += new.length
    }
  }

  /// Extends a mapping by `grown`, which lies right above it.
  private func grow(
    _ mapping: LiveMapping, into grown: AddressRange, _ event: MappingEvent, _ space: Space
  ) {
    space.table.replace(grown, with: mapping) { _ in }
    space.enter(grown, mapping, .grown, at: event.when)
    let whole = space.wholeRun(of: mapping.origin, around: grown)
    if let callPath = event.callPath, callPath != mapping.callPath {
      space.table.update(whole) { mapping, _ in mapping.callPath = callPath }
    }
    guard !mapping.traits.contains(.threadStack) else { return }
    var moved = mapping
    moved.callPath = callPath(of: event, or: mapping)
    let account = account(in: space, of: moved, .grown, bytes: whole.length)
    space.reaccount(whole, to: account, at: event.when)
    space.accounts.noteGrowth(
      of: account, from: mapping.account, whole.length - grown.length, by: grown.length,
      born: mapping.bornAt, at: event.when)
  }

  private func move(
    _ old: AddressRange, to new: AddressRange, _ pieces: [RemovedSpan], _ before: UInt64,
    keepSource: Bool, _ event: MappingEvent, _ space: Space
  ) {
    // Since Linux 6.17 one call can move several areas. Each replaces what is mapped at its destination.
    // What is mapped at the destination of a gap between them stays.
    var replaced: UInt64 = 0
    for piece in pieces {
      replaced += unmap(
        place(of: piece.range, from: old, to: new), of: space, at: event.when)
    }
    if !keepSource {
      replaced += unmap(
        old, of: space, at: event.when, going: .moved, where: { $0.wasThere(before, pieces) })
    }
    space.activity.unmappedBytes += replaced
    var moved: UInt64 = 0
    for piece in pieces {
      var mapping = piece.mapping
      mapping.placed = ordinal
      mapping.traits.subtract([.heap, .threadStack, .mainStack])
      if keepSource { mapping.adoptOrigin(of: event, ordinal: ordinal) }
      if mapping.traits.contains(.file) || mapping.isShared {
        mapping.offsetBias = mapping.offsetBias &+ old.start &- new.start
      }
      mapping.callPath = callPath(of: event, or: mapping)
      let place = place(of: piece.range, from: old, to: new)
      let grows = place.length > piece.range.length
      if grows || keepSource || mapping.traits != piece.mapping.traits {
        mapping.account = account(
          in: space, of: mapping, grows ? .grown : .mapped, bytes: place.length)
      }
      if !place.isEmpty {
        map(
          place, mapping, in: space, at: event.when, coming: keepSource ? .born : .moved,
          isNew: false)
        if grows {
          space.accounts.noteGrowth(
            of: mapping.account, from: piece.mapping.account, piece.range.length,
            by: place.length - piece.range.length, born: mapping.bornAt, at: event.when)
        }
      }
      moved += place.length
    }
    space.activity.mappedBytes -= new.length - min(moved, new.length)
    space.coalesce(around: new)
  }

  /// Where a piece of `old` goes. The last piece takes everything that the mapping grew by.
  private func place(
    of piece: AddressRange, from old: AddressRange, to new: AddressRange
  ) -> AddressRange {
    let end = piece.end >= old.end ? new.end : piece.end &- old.start &+ new.start
    return AddressRange(start: piece.start &- old.start &+ new.start, end: min(end, new.end))
  }
}

extension LiveMapping {
  /// Whether this mapping is one of the `pieces` that a call found when it was entered at `ordinal`. If
  /// not, another thread's call has mapped it since.
  fileprivate func wasThere(_ ordinal: UInt64, _ pieces: [RemovedSpan]) -> Bool {
    placed < ordinal && pieces.contains { $0.mapping.origin == origin }
  }
}
