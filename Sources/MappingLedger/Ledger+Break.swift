// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// brk.

extension Ledger {
  func breakSet(
    _ event: MappingEvent, _ start: UInt64, _ brk: UInt64, _ space: Space
  ) -> LedgerChange.Effect {
    let old = space.currentBreak
    space.startBreak = start
    space.currentBreak = brk
    guard old != 0, brk != 0 else { return .breakMoved(to: brk, delta: 0) }
    let (oldEnd, newEnd) = (pages(old), pages(brk))
    if newEnd > oldEnd {
      var mapping = LiveMapping(event, ordinal: ordinal, protection: [.read, .write])
      mapping.traits.insert(.heap)
      let grown = AddressRange(start: oldEnd, end: newEnd)
      space.activity.unmappedBytes += unmap(grown, of: space, at: event.when)
      mapping.account = account(in: space, of: mapping, .break, bytes: grown.length)
      space.growHeap(grown, mapping, at: event.when)
      space.activity.maps += 1
      space.activity.mappedBytes += newEnd - oldEnd
    } else if newEnd < oldEnd {
      // Only the heap: anything else there was mapped after the break went down.
      let range = AddressRange(start: newEnd, end: oldEnd)
      let freed = unmap(
        range, of: space, at: event.when, where: { $0.traits.contains(.heap) })
      // Or it was mapped over the heap before. Then the kernel has unmapped it too.
      if space.table.firstEntry(endingAfter: newEnd).map({ $0.range.overlaps(range) }) == true {
        doubt(range, in: space)
      }
      space.activity.unmaps += 1
      space.activity.unmappedBytes += freed
    }
    return .breakMoved(to: brk, delta: Int64(bitPattern: brk &- old))
  }
}

extension Space {
  /// Extends the heap by `grown`, in one piece with what the same call path mapped right below.
  fileprivate func growHeap(
    _ grown: AddressRange, _ mapping: LiveMapping, at when: KernelInstant
  ) {
    var range = grown
    var mapping = mapping
    if let below = table.lastEntry(startingBefore: range.start), below.range.end == range.start,
      below.value.traits == mapping.traits, below.value.callPath == mapping.callPath
    {
      range.start = below.range.start
      mapping = below.value
    }
    table.replace(range, with: mapping) { _ in }
    accounts.add(
      .born, to: mapping.account, runs: range == grown ? 1 : 0, grown.length, of: range.length,
      born: when, at: when)
  }
}
