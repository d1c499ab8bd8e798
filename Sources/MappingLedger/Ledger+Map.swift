// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

// mmap, munmap and mprotect.

extension Ledger {
  func mapped(
    _ event: MappingEvent, _ call: MappingEvent.Mapped, _ space: Space
  ) -> LedgerChange.Effect {
    var mapping = LiveMapping(event, ordinal: ordinal, protection: call.protection)
    var pageBytes = machine.pageBytes
    if let size = call.hugePageBytes(machine) {
      pageBytes = size
      mapping.hugePageShift = UInt32(size.trailingZeroBitCount)
    } else if let file = call.file {
      if file.pageBytes > 0 {
        pageBytes = UInt64(file.pageBytes)
        mapping.hugePageShift = UInt32(pageBytes.trailingZeroBitCount)
      }
      mapping.file = files.id(of: file.identity)
      mapping.offsetBias = file.offset &- call.address
      mapping.traits.insert(.file)
    }
    if call.flags.isShared { mapping.traits.insert(.shared) }
    // The kernel backs these with a file of its own, so they have offsets.
    if call.flags.contains(.anonymous), mapping.isShared || mapping.hugePageBytes != nil {
      mapping.offsetBias = 0 &- call.address
    }
    if call.flags.contains(.growsDown) { mapping.traits.insert(.growsDown) }
    if call.flags.contains(.noReserve) { mapping.traits.insert(.noReserve) }
    if call.flags.contains(.stack) { mapping.traits.insert(.stackFlag) }
    let range = AddressRange(start: call.address, length: pages(call.bytes, of: pageBytes))
    guard !range.isEmpty else { return .none }
    var manner = Origin.Manner.mapped
    if call.flags.contains(.fixed), space.isCovered(range) {
      manner = mapping.fillsGoHeap(range) ? .filled : .placed
    } else if mapping.isReservation(range.length) {
      manner = .reserved
      mapping.traits.insert(.reserved)
    }
    mapping.account = account(in: space, of: mapping, manner, bytes: range.length)
    let replaced = map(range, mapping, in: space, at: event.when)
    space.activity.maps += 1
    space.activity.mappedBytes += range.length
    space.activity.unmappedBytes += replaced
    return .mapped(range, replacedBytes: replaced)
  }

  func unmapping(
    _ event: MappingEvent, _ address: UInt64, _ bytes: UInt64, _ space: Space
  ) -> LedgerChange.Effect {
    let range = AddressRange(start: address, length: pages(bytes))
    // Also for a call that the kernel will refuse. The failure that is reported next then belongs to
    // this call, not to the one before.
    recent.begin(event, ordinal: ordinal, space: space.id, range: range)
    // The kernel refuses these arguments before it looks at any mapping.
    guard isAligned(address), !range.isEmpty else { return .none }
    let freed = unmap(range, of: space, at: event.when) { span in
      recent.note(event, ordinal: ordinal, span.range, span.mapping)
    }
    space.activity.unmaps += 1
    space.activity.unmappedBytes += freed
    return .unmapped(range, freed: freed)
  }

  func unmapFailed(_ event: MappingEvent, _ space: Space) -> LedgerChange.Effect {
    guard let call = recent.lastCall(of: event.thread, in: space.id) else {
      doubt(.everything, in: space)
      return .unsure
    }
    var bytes: UInt64 = 0
    for span in call.spans {
      let restored = space.fillHoles(in: span.range, with: span.mapping, at: event.when)
      if span.mapping.traits.contains(.threadStack) {
        space.stacks.restored(restored, origin: span.mapping.origin)
      }
      bytes += restored
    }
    space.coalesce(around: call.range)
    if bytes > 0 {
      space.activity.unmaps -= min(1, space.activity.unmaps)
      space.activity.unmappedBytes -= min(bytes, space.activity.unmappedBytes)
    }
    return .restored(bytes: bytes)
  }

  func protected(
    _ event: MappingEvent, _ address: UInt64, _ bytes: UInt64, _ prot: UInt64, _ error: Int32,
    _ space: Space
  ) -> LedgerChange.Effect {
    var range = AddressRange(start: address, length: pages(bytes))
    guard isAligned(address), !range.isEmpty else { return .none }
    // PROT_GROWSDOWN and PROT_GROWSUP reach to the end of an area of the kernel, which can differ from
    // the mappings here.
    if prot & 0x300_0000 != 0 {
      doubt(.everything, in: space)
      return .unsure
    }
    if error != 0 {
      // The kernel goes area by area. It stops at the first hole, or at an area that it may not change
      // or cannot split. Its areas can differ from the mappings here, so only the kernel knows how far it
      // came. A single page is either changed or not.
      guard range.length > machine.pageBytes, space.table.entry(containing: address) != nil else {
        return .none
      }
      doubt(range, in: space)
      // ENOMEM: it stopped at a hole.
      guard error == 12, let hole = space.firstHole(in: range) else { return .unsure }
      range.end = hole
    }
    let protection = Protection(rawValue: UInt8(prot & 7))
    let changed = space.table.update(
      range, where: { $0.protection != protection },
      { mapping, portion in
        if mapping.traits.contains(.reserved), mapping.protection.isEmpty != protection.isEmpty {
          let bytes = Int64(clamping: portion.length)
          space.accounts.commit(
            mapping.account, protection.isEmpty ? -bytes : bytes, by: event.callPath, at: event.when
          )
        }
        mapping.protection = protection
      })
    if changed > 0 { space.coalesce(around: range) }
    return .protected(range, protection)
  }
}

extension MappingEvent.Mapped {
  /// The size of the huge pages of anonymous memory; nil for ordinary pages.
  func hugePageBytes(_ machine: Ledger.Machine) -> UInt64? {
    guard flags.contains(.anonymous), flags.contains(.hugeTLB) else { return nil }
    return flags.hugePageShift.map { 1 << UInt64($0) } ?? machine.hugePageBytes
  }
}
