// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

extension Ledger {
  /// The largest huge page of any machine, in bytes.
  static let largestPage: UInt64 = 16 << 30

  /// Brings the ledger from before `event` to after it.
  public func apply(_ event: MappingEvent) -> LedgerChange {
    // No copy where none is needed: it costs as much as looking up the mapping.
    guard !callPathAliases.isEmpty, let stack = event.callPath else { return change(by: event) }
    var event = event
    event.callPath = canonical(stack)
    return change(by: event)
  }

  private func change(by event: MappingEvent) -> LedgerChange {
    ordinal &+= 1
    recent.end(event.thread)
    switch event.fact {
    case .taskExited(let last, let withProcess, _):
      return exited(event, last: last, withProcess: withProcess)
    case .spaceEnded: return ended(event)
    case .renamed(let name, let leavesScope):
      return renamed(event, name, leavesScope: leavesScope)
    case .execed(let call): return execed(event, call)
    default: break
    }
    guard let space = spaceInView(event) else { return LedgerChange(space: nil, effect: .none) }
    return LedgerChange(space: space.id, effect: effect(of: event, on: space))
  }

  @inline(__always)
  private func effect(of event: MappingEvent, on space: Space) -> LedgerChange.Effect {
    switch event.fact {
    case .mapped(let call): return mapped(event, call, space)
    case .unmapping(let address, let bytes): return unmapping(event, address, bytes, space)
    case .unmapFailed: return unmapFailed(event, space)
    case .remapping(let address, let bytes): return remapping(event, address, bytes, space)
    case .remapped(let call): return remapped(event, call, space)
    case .protected(let address, let bytes, let prot, let error):
      return protected(
        address, bytes, prot, error, space, by: event.callPath?.raw ?? -1, at: event.when)
    case .breakSet(let start, let brk): return breakSet(event, start, brk, space)
    case .attached(let call): return attached(event, call, space)
    case .detaching(let address): return detaching(event, address, space)
    case .taskCreated(let call): return created(event, call, space)
    case .unsure(let address, let bytes, _):
      // Rounded up to the largest page there is: whose pages it was about is not known.
      let length = bytes == 0 || bytes > 1 << 62 ? .max : bytes + Self.largestPage
      doubt(AddressRange(start: bytes == 0 ? 0 : address, length: length), in: space)
      return .unsure
    case .taskExited, .spaceEnded, .renamed, .execed: return .none
    }
  }

  // MARK: mmap and munmap

  private func mapped(
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
    // To the kernel these are files too, and have offsets.
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

  private func unmapping(
    _ event: MappingEvent, _ address: UInt64, _ bytes: UInt64, _ space: Space
  ) -> LedgerChange.Effect {
    let range = AddressRange(start: address, length: pages(bytes))
    // Even one that is refused: the failure told next is its own, not that of the call before it.
    recent.begin(event, ordinal: ordinal, space: space.id, range: range)
    // The kernel refuses these before it looks at any mapping.
    guard isAligned(address), !range.isEmpty else { return .none }
    let freed = unmap(range, of: space, at: event.when) { span in
      recent.note(event, ordinal: ordinal, span.range, span.mapping)
    }
    space.activity.unmaps += 1
    space.activity.unmappedBytes += freed
    return .unmapped(range, freed: freed)
  }

  private func unmapFailed(_ event: MappingEvent, _ space: Space) -> LedgerChange.Effect {
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

  // MARK: mprotect

  private func protected(
    _ address: UInt64, _ bytes: UInt64, _ prot: UInt64, _ error: Int32, _ space: Space,
    by stack: Int32, at when: KernelInstant
  ) -> LedgerChange.Effect {
    var range = AddressRange(start: address, length: pages(bytes))
    guard isAligned(address), !range.isEmpty else { return .none }
    // PROT_GROWSDOWN and PROT_GROWSUP reach to the end of an area as the kernel cut it.
    if prot & 0x300_0000 != 0 {
      doubt(.everything, in: space)
      return .unsure
    }
    if error != 0 {
      // The kernel goes area by area and stops at the first hole, or at one it may not change or
      // split, and its areas are not ours. Whatever it was, one page is changed or it is not.
      guard range.length > machine.pageBytes, space.table.entry(containing: address) != nil else {
        return .none
      }
      doubt(range, in: space)
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
            mapping.account, protection.isEmpty ? -bytes : bytes, by: stack, at: when)
        }
        mapping.protection = protection
      })
    if changed > 0 { space.coalesce(around: range) }
    return .protected(range, protection)
  }

  // MARK: brk

  private func breakSet(
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
      // Only heap: whatever else lies there was mapped after the break went down.
      let range = AddressRange(start: newEnd, end: oldEnd)
      let freed = unmap(
        range, of: space, at: event.when, where: { $0.traits.contains(.heap) })
      // Or was mapped over the heap: then the kernel has unmapped it too.
      if space.table.firstEntry(endingAfter: newEnd).map({ $0.range.overlaps(range) }) == true {
        doubt(range, in: space)
      }
      space.activity.unmaps += 1
      space.activity.unmappedBytes += freed
    }
    return .breakMoved(to: brk, delta: Int64(bitPattern: brk &- old))
  }

  // MARK: System V shared memory

  private func attached(
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

  /// shmdt takes every portion that is left of the segment attached at the address, and finds it as
  /// the kernel does: by offsets that count from there.
  private func detaching(
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

  /// Unmaps the portions of `range` whose mapping is `wanted`.
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
}

extension MappingEvent.Mapped {
  /// The size of the huge pages of anonymous memory; nil for ordinary ones.
  func hugePageBytes(_ machine: Ledger.Machine) -> UInt64? {
    guard flags.contains(.anonymous), flags.contains(.hugeTLB) else { return nil }
    return flags.hugePageShift.map { 1 << UInt64($0) } ?? machine.hugePageBytes
  }
}

extension LiveMapping {
  /// What the call of `event` makes, before its own traits.
  init(_ event: MappingEvent, ordinal: UInt64, protection: Protection) {
    self.init(
      origin: ordinal, placed: ordinal, bornNanoseconds: event.when.nanoseconds, offsetBias: 0,
      file: .none, callPath: event.callPath?.raw ?? -1, thread: event.thread.raw,
      traits: Traits(rawValue: UInt32(protection.rawValue)))
  }
}

extension LiveMapping {
  /// Whether it is address space for later: private, without access, and large. A thread's stack is
  /// mapped like that as well, and made accessible at once.
  func isReservation(_ bytes: UInt64) -> Bool {
    protection.isEmpty && bytes >= 1 << 20
      && traits.isDisjoint(with: [.file, .shared, .stackFlag, .growsDown])
  }

  /// Whether it becomes a part of a Go heap, which lies from 0xc000000000 on (the first of the arena
  /// hints of runtime/malloc.go) and grows by mappings over what was reserved there.
  fileprivate func fillsGoHeap(_ range: AddressRange) -> Bool {
    (0xc0_0000_0000..<0x1c0_0000_0000).contains(range.start) && !protection.isEmpty
      && traits.isDisjoint(with: [.file, .shared])
  }
}

extension Space {
  /// Whether all of `range` is mapped.
  func isCovered(_ range: AddressRange) -> Bool {
    guard let entry = table.entry(containing: range.start) else { return false }
    return entry.range.end >= range.end || firstHole(in: range) == nil
  }

  /// The first address of `range` that is not mapped; nil when all is.
  func firstHole(in range: AddressRange) -> UInt64? {
    var reached = range.start
    var isBroken = false
    table.forEach(in: range) { entry in
      if entry.range.start > reached { isBroken = true }
      if !isBroken { reached = entry.range.end }
    }
    return reached >= range.end ? nil : reached
  }

  /// Extends the heap, in one piece with what the same call path mapped just below.
  func growHeap(_ grown: AddressRange, _ mapping: LiveMapping, at when: KernelInstant) {
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
      born: when.nanoseconds, at: when)
  }

  /// What shmdt looks through for portions of the segment attached at `address`; nil for none.
  func segmentReach(attachedAt address: UInt64, _ files: FileTable) -> AddressRange? {
    segmentEntry(attachedAt: address).map { first in
      AddressRange(
        start: address,
        length: max(files[first.value.file].segmentBytes, first.range.end - address))
    }
  }

  /// The lowest portion of the segment attached at `address`; as the kernel does, it looks past
  /// whatever else came to lie below that.
  func segmentEntry(attachedAt address: UInt64) -> RangeMap<LiveMapping>.Entry? {
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
