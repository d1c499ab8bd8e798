// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

/// A timeline of events of one program: what it does with threads and their stacks. Times are
/// milliseconds. Thread stacks lie in numbered slots of one size, far enough apart not to touch.
package struct Program {
  package let process: UInt32 = 100
  package let space: UInt64 = 0xffff_8881_0a3c_0000
  package var stackBytes: UInt64
  package let guardBytes: UInt64
  /// Added to each slot number. Keeps the slots of one size apart from those of another.
  package var firstSlot = 0
  package private(set) var events: [MappingEvent] = []

  package init(stackBytes: UInt64 = 10 << 20, guardBytes: UInt64 = 0) {
    self.stackBytes = stackBytes
    self.guardBytes = guardBytes
  }

  package func address(of slot: Int) -> UInt64 {
    0x7000_0000_0000 + UInt64(firstSlot + slot) * (65 << 20)
  }

  /// The thread as a builder of events; the main thread unless `thread` names another.
  package func caller(_ thread: UInt32? = nil) -> Caller {
    Caller(process, thread: thread, in: space)
  }

  package mutating func add(_ event: MappingEvent, at ms: UInt64, from stack: Int32? = nil) {
    events.append(event.at(instant(ms)).from(stack.map { CallPathID($0) }))
  }

  package mutating func add(
    _ fact: MappingEvent.Fact, by thread: UInt32? = nil, at ms: UInt64, from stack: Int32? = nil
  ) {
    add(caller(thread).event(fact), at: ms, from: stack)
  }

  // MARK: Stacks

  /// mmap, and mprotect of the guard page when there is one, as pthread_create does.
  package mutating func map(_ slot: Int, at ms: UInt64, from stack: Int32? = nil) {
    let place = address(of: slot)
    add(
      caller().mmap(place, stackBytes, [.read, .write], [.private, .anonymous, .stack]), at: ms,
      from: stack)
    guard guardBytes > 0 else { return }
    add(caller().mprotect(place, guardBytes, []), at: ms, from: stack)
  }

  package mutating func unmap(_ slot: Int, bytes: UInt64? = nil, at ms: UInt64) {
    add(caller().munmap(address(of: slot), bytes ?? stackBytes), at: ms)
  }

  // MARK: Threads

  /// A thread that starts on `slot` and ends there after `lives` ms.
  package mutating func run(_ thread: UInt32, on slot: Int, at ms: UInt64, lives: UInt64 = 1) {
    start(thread, on: slot, at: ms)
    exit(thread, at: ms + lives)
  }

  package mutating func start(_ thread: UInt32, on slot: Int, at ms: UInt64, below top: UInt64 = 0)
  {
    add(caller().cloneThread(thread, stack: address(of: slot) + stackBytes - top), at: ms)
  }

  package mutating func exit(_ thread: UInt32, withProcess: Bool = false, at ms: UInt64) {
    add(caller(thread).exit(last: thread == process, withProcess: withProcess), at: ms)
  }

  /// A child with its own process id in this address space that runs on `slot` for 1 ms.
  package mutating func runProcess(
    _ child: UInt32, on slot: Int, at ms: UInt64, withProcess: Bool = false
  ) {
    add(
      caller().clone(
        child, thread: child, in: space, stack: address(of: slot) + stackBytes,
        [.vm, .fs, .files, .sighand]), at: ms)
    add(Caller(child).exit(last: true, withProcess: withProcess), at: ms + 1)
  }

  /// exit_group, and the end of the space.
  package mutating func end(at ms: UInt64) {
    exit(process, withProcess: true, at: ms)
    add(ended(space), at: ms)
  }
}

/// `ms` milliseconds after the watch began. The machine had been up for 15 minutes then.
package func instant(_ ms: UInt64) -> KernelInstant {
  KernelInstant(nanoseconds: (900_000 + ms) * 1_000_000)
}

package func milliseconds(_ when: KernelInstant) -> UInt64 { when.since(instant(0)) / 1_000_000 }
