// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger

/// What a program does with threads and their stacks, written down event by event. Times are
/// milliseconds; stacks are numbered slots of one size, far enough apart not to touch.
struct Program {
  let process: UInt32 = 100
  let space: UInt64 = 0xffff_8881_0a3c_0000
  var stackBytes: UInt64
  let guardBytes: UInt64
  /// Added to the numbers of slots, to keep those of one size apart from those of another.
  var firstSlot = 0
  private(set) var events: [MappingEvent] = []

  init(stackBytes: UInt64 = 10 << 20, guardBytes: UInt64 = 0) {
    self.stackBytes = stackBytes
    self.guardBytes = guardBytes
  }

  func address(of slot: Int) -> UInt64 {
    0x7000_0000_0000 + UInt64(firstSlot + slot) * (65 << 20)
  }

  mutating func add(
    _ fact: MappingEvent.Fact, by thread: UInt32? = nil, at ms: UInt64, from stack: Int32? = nil,
    hasSpace: Bool = true
  ) {
    events.append(
      MappingEvent(
        when: instant(ms), process: ProcessID(process), thread: ThreadID(thread ?? process),
        space: hasSpace ? SpaceKey(space) : nil, callPath: stack.map { CallPathID($0) }, fact: fact)
    )
  }

  // MARK: Stacks

  /// mmap, and mprotect of the guard when there is one, as pthread_create does.
  mutating func map(_ slot: Int, at ms: UInt64, from stack: Int32? = nil) {
    add(
      .mapped(
        MappingEvent.Mapped(
          address: address(of: slot), bytes: stackBytes, protection: [.read, .write],
          flags: [.private, .anonymous, .stack])), at: ms, from: stack)
    guard guardBytes > 0 else { return }
    add(
      .protected(address: address(of: slot), bytes: guardBytes, prot: 0, error: 0), at: ms,
      from: stack)
  }

  mutating func unmap(_ slot: Int, bytes: UInt64? = nil, at ms: UInt64) {
    add(.unmapping(address: address(of: slot), bytes: bytes ?? stackBytes), at: ms)
  }

  // MARK: Threads

  /// A thread that starts on `slot` and ends there after `lives` ms.
  mutating func run(_ thread: UInt32, on slot: Int, at ms: UInt64, lives: UInt64 = 1) {
    start(thread, on: slot, at: ms)
    exit(thread, at: ms + lives)
  }

  mutating func start(_ thread: UInt32, on slot: Int, at ms: UInt64, below top: UInt64 = 0) {
    add(
      .taskCreated(
        MappingEvent.TaskCreated(
          flags: [.vm, .fs, .files, .sighand, .thread], childProcess: ProcessID(process),
          childThread: ThreadID(thread), childSpace: SpaceKey(space),
          stackPointer: address(of: slot) + stackBytes - top)), at: ms)
  }

  mutating func exit(_ thread: UInt32, withProcess: Bool = false, at ms: UInt64) {
    add(
      .taskExited(last: thread == process, withProcess: withProcess, code: 0), by: thread, at: ms,
      hasSpace: false)
  }

  /// A child of its own process id in this address space that runs on `slot` for 1 ms.
  mutating func runProcess(
    _ child: UInt32, on slot: Int, at ms: UInt64, withProcess: Bool = false
  ) {
    add(
      .taskCreated(
        MappingEvent.TaskCreated(
          flags: [.vm, .fs, .files, .sighand], childProcess: ProcessID(child),
          childThread: ThreadID(child), childSpace: SpaceKey(space),
          stackPointer: address(of: slot) + stackBytes)), at: ms)
    events.append(
      MappingEvent(
        when: instant(ms + 1), process: ProcessID(child), thread: ThreadID(child), space: nil,
        fact: .taskExited(last: true, withProcess: withProcess, code: 0)))
  }

  /// exit_group, and the end of the space.
  mutating func end(at ms: UInt64) {
    exit(process, withProcess: true, at: ms)
    add(.spaceEnded, by: 0, at: ms)
  }

  // MARK: Watching

  /// The program seen by one that judges it twice a second.
  func watched(
    until end: UInt64, seeded: [UInt32: Int] = [:], besides: [SpaceSnapshot.Area] = [],
    losesEventsAt loss: UInt64? = nil
  ) -> Watch {
    var watch = Watch(self, seeded: seeded, besides: besides)
    let sorted = events.enumerated().sorted {
      ($0.element.when, $0.offset) < ($1.element.when, $1.offset)
    }.map(\.element)
    var next = 0
    for ms in stride(from: UInt64(500), through: end, by: 500) {
      while next < sorted.count, sorted[next].when <= instant(ms) {
        watch.take(sorted[next])
        next += 1
      }
      if let loss, loss <= ms { watch.ledger.noteLoss(in: SpaceKey(space)) }
      watch.judge(at: instant(ms))
    }
    return watch
  }
}

/// Milliseconds since the watch began, on a machine that was up for a quarter of an hour by then.
func instant(_ ms: UInt64) -> KernelInstant {
  KernelInstant(nanoseconds: (900_000 + ms) * 1_000_000)
}

func milliseconds(_ when: KernelInstant) -> UInt64 { when.since(instant(0)) / 1_000_000 }
