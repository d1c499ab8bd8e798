// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// The munmap, mremap or shmdt that each thread has begun and may not have ended.
///
/// Every event asks and changes it, so it is a hash table of its own with linear probing. The hashing of
/// `Dictionary` resists hostile keys, and that took a tenth of the time of an event.
struct CallsUnderWay {
  struct Call {
    /// 0 in a free slot. No traced thread has that id.
    var thread: UInt32
    var space: Int
    var ordinal: UInt64
    var range: AddressRange
    var when: KernelInstant
  }

  /// The count is a power of two. At least half of the slots are free.
  private var slots: [Call]
  private var count = 0

  private static let free = Call(
    thread: 0, space: 0, ordinal: 0, range: AddressRange(start: 0, end: 0),
    when: .zero)

  init() { slots = Array(repeating: Self.free, count: 16) }

  private func home(_ thread: UInt32) -> Int {
    Int(truncatingIfNeeded: UInt64(thread) &* 0x9e37_79b9_7f4a_7c15 >> 32) & (slots.count &- 1)
  }

  /// The slot with the call of `thread`; if there is none, the free slot where it would go.
  private func place(of thread: UInt32) -> Int {
    var place = home(thread)
    while slots[place].thread != thread, slots[place].thread != 0 {
      place = (place &+ 1) & (slots.count &- 1)
    }
    return place
  }

  func ordinal(of thread: UInt32) -> UInt64? {
    if count == 0 { return nil }
    let call = slots[place(of: thread)]
    return call.thread == 0 ? nil : call.ordinal
  }

  /// Adds a call. It replaces the one that its thread had begun before.
  mutating func insert(_ call: Call) {
    guard call.thread != 0 else { return }
    let place = place(of: call.thread)
    if slots[place].thread == 0 { count &+= 1 }
    slots[place] = call
    if count &* 2 > slots.count { grow() }
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Self.free, count: old.count * 2)
    for call in old where call.thread != 0 { slots[place(of: call.thread)] = call }
  }

  /// Returns false when the thread has begun no call.
  mutating func remove(_ thread: UInt32) -> Bool {
    if count == 0 { return false }
    var hole = place(of: thread)
    if slots[hole].thread == 0 { return false }
    count &-= 1
    // Moves calls up that were placed further on only because this slot was taken.
    var next = (hole &+ 1) & (slots.count &- 1)
    while slots[next].thread != 0 {
      let distance = (next &- home(slots[next].thread)) & (slots.count &- 1)
      if distance >= (next &- hole) & (slots.count &- 1) {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next &+ 1) & (slots.count &- 1)
    }
    slots[hole] = Self.free
    return true
  }

  func calls(where isWanted: (Call) -> Bool) -> [Call] {
    slots.filter { $0.thread != 0 && isWanted($0) }
  }
}
