// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// The calls that threads have begun, one of each thread.
///
/// Asked and changed with every event, so a hash table of its own, by linear probing: the hashing of
/// `Dictionary`, which guards against keys chosen by an enemy, took a tenth of an event.
struct CallsUnderWay {
  struct Call {
    /// 0 in a free slot: no thread in view has that id.
    var thread: UInt32
    var space: Int
    var ordinal: UInt64
    var range: AddressRange
    var when: KernelInstant
  }

  /// As many as a power of two, half of them free at least.
  private var slots: [Call]
  private var count = 0

  private static let free = Call(
    thread: 0, space: 0, ordinal: 0, range: AddressRange(start: 0, end: 0),
    when: KernelInstant(nanoseconds: 0))

  init() { slots = Array(repeating: Self.free, count: 16) }

  private func home(_ thread: UInt32) -> Int {
    Int(truncatingIfNeeded: UInt64(thread) &* 0x9e37_79b9_7f4a_7c15 >> 32) & (slots.count &- 1)
  }

  /// Where the call of `thread` is, or the free slot where it would be.
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

  /// The call takes the place of what its thread had begun before.
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

  /// False when the thread has begun nothing.
  mutating func remove(_ thread: UInt32) -> Bool {
    if count == 0 { return false }
    var hole = place(of: thread)
    if slots[hole].thread == 0 { return false }
    count &-= 1
    // What was put further on because this slot was taken moves up.
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
