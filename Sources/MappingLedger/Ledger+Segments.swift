// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// System V shared memory: shmat and shmdt.

extension Ledger {
  func attached(
    _ event: MappingEvent, _ call: MappingEvent.Attached, _ space: Space
  ) -> LedgerChange.Effect {
    guard call.bytes > 0 else {
      doubt(AddressRange(start: call.address, end: .max), in: space)
      return .unsure
    }
    var mapping = LiveMapping(event, ordinal: ordinal, protection: call.protection)
    mapping.traits.formUnion([.shared, .segment, .file])
    mapping.file = files.id(of: call.identity)
    mapping.offsetBias = 0 &- call.address
    files[mapping.file].segmentBytes = call.bytes
    let range = AddressRange(start: call.address, length: call.bytes)
    mapping.account = account(in: space, of: mapping, bytes: range.length)
    let replaced = map(range, mapping, in: space, at: event.when)
    space.activity.maps += 1
    space.activity.mappedBytes += range.length
    space.activity.unmappedBytes += replaced
    return .attached(range)
  }

  /// shmdt unmaps every piece that is left of the segment attached at the address. The kernel finds the
  /// pieces by their offsets, which count from that address.
  func detaching(
    _ event: MappingEvent, _ address: UInt64, _ space: Space
  ) -> LedgerChange.Effect {
    guard isAligned(address), let first = space.segmentEntry(attachedAt: address) else {
      return .none
    }
    guard let reach = space.segmentReach(attachedAt: address, files) else { return .none }
    recent.begin(event, ordinal: ordinal, space: space.id, range: reach)
    let freed = unmap(
      reach, of: space, at: event.when,
      where: {
        $0.traits.contains(.segment) && $0.offsetBias == 0 &- address
          && $0.file == first.value.file
      })
    space.activity.unmaps += 1
    space.activity.unmappedBytes += freed
    return .detached(AddressRange(start: address, end: first.range.end), freed: freed)
  }
}

extension Space {
  /// The range that shmdt searches for pieces of the segment attached at `address`; nil when there is no
  /// such segment.
  func segmentReach(attachedAt address: UInt64, _ files: FileTable) -> AddressRange? {
    segmentEntry(attachedAt: address).map { first in
      AddressRange(
        start: address,
        length: max(files[first.value.file].segmentBytes, first.range.end - address))
    }
  }

  /// The lowest piece of the segment attached at `address`. Something else can be mapped below it by
  /// now; the kernel passes over that as well.
  fileprivate func segmentEntry(attachedAt address: UInt64) -> RangeMap<LiveMapping>.Entry? {
    var next = table.firstEntry(endingAfter: address)
    while let entry = next {
      if entry.value.traits.contains(.segment), entry.value.offsetBias == 0 &- address {
        return entry
      }
      next = table.firstEntry(endingAfter: entry.range.end)
    }
    return nil
  }
}
