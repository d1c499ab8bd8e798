// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Which mappings are thread stacks, and what is known about them.
@Suite struct ThreadStackTests {
  let ledger = emptySpace()

  @Test("a mapping becomes a thread stack when a thread starts with its stack pointer inside")
  func bound() throws {
    ledger.play(
      .main.mmap(0x10000, 0xa000, [.read, .write], [.private, .anonymous, .stack])
        .at(5).from(stack: 3))
    #expect(ledger.layout() == ["10000-1a000 rw-"])
    #expect(ledger.play(.main.cloneThread(101, stack: 0x19f00).at(8)) == "created on 10000")
    #expect(ledger.layout() == ["10000-1a000 rw- thread-stack"])
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.range == AddressRange(start: 0x10000, end: 0x1a000))
    #expect(stack.thread == ThreadID(101) && stack.process == ProcessID(100))
    #expect(stack.creator == ThreadID(100) && stack.mappedBy == ThreadID(100))
    #expect(stack.mappedAt == KernelInstant(nanoseconds: 5))
    #expect(stack.startedAt == KernelInstant(nanoseconds: 8))
    #expect(stack.mappedCallPath == CallPathID(3))
    #expect(stack.hasStackFlag && !stack.isIdle && !stack.isCarved)
    #expect(stack.guardBytes == 0 && stack.liveBytes == 0xa000 && stack.uses == 1)
  }

  @Test(
    "a reused stack is blamed on the call path that created its last thread, not on the one that mapped it"
  )
  func blamedPath() throws {
    ledger.play(
      .main.mmap(0x10000, 0xa000).from(stack: 3),
      .main.cloneThread(101, stack: 0x19f00).from(stack: 4))
    #expect(try #require(ledger.stack(at: 0x10000)).blamedCallPath == CallPathID(3))
    ledger.play(
      .other.exit(), .main.cloneThread(102, stack: 0x19f00).from(stack: 5))
    #expect(try #require(ledger.stack(at: 0x10000)).blamedCallPath == CallPathID(5))
    #expect(ledger.callPathsInUse().isSuperset(of: [CallPathID(3), CallPathID(5)]))
    ledger.play(Caller(100, thread: 102).exit(), .main.cloneThread(103, stack: 0x19f00))
    #expect(try #require(ledger.stack(at: 0x10000)).blamedCallPath == nil)
  }

  @Test("a stack pointer at the end of a mapping belongs to that mapping, not to the next one")
  func endPointer() {
    ledger.play(.main.mmap(0x10000, 0xa000), .main.mmap(0x1a000, 0x1000))
    #expect(ledger.play(.main.cloneThread(101, stack: 0x1a000)) == "created on 10000")
    #expect(ledger.layout() == ["10000-1a000 rw- thread-stack", "1a000-1b000 rw-"])
  }

  @Test("a thread without a stack pointer, or with one outside of all mappings, has no stack")
  func unknownStack() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.cloneThread(101, stack: nil)) == "created")
    #expect(ledger.play(.main.cloneThread(102, stack: 0x90000)) == "created")
    #expect(ledger.layout() == ["10000-11000 rw-"])
    #expect(ledger.space()?.stacks.byOrigin.isEmpty == true)
  }

  @Test("a guard page that was cut from writable memory is part of the stack")
  func guardFromWritable() throws {
    ledger.play(
      .main.mmap(0x10000, 0xb000), .main.mprotect(0x10000, 0x1000, []),
      .main.cloneThread(101, stack: 0x1b000))
    #expect(ledger.layout() == ["10000-11000 --- guard", "11000-1b000 rw- thread-stack"])
    let stack = try #require(ledger.stack(at: 0x11000))
    #expect(stack.range == AddressRange(start: 0x10000, end: 0x1b000))
    #expect(stack.bytes == 0xb000 && stack.guardBytes == 0x1000)
  }

  @Test("a stack that was made accessible in a reservation has the rest of it as its guard")
  func guardFromReservation() throws {
    ledger.play(
      .main.mmap(0x10000, 0xb000, []), .main.mprotect(0x11000, 0xa000, [.read, .write]),
      .main.cloneThread(101, stack: 0x1b000))
    #expect(ledger.layout() == ["10000-11000 --- guard", "11000-1b000 rw- thread-stack"])
    #expect(try #require(ledger.stack(at: 0x10000)).guardBytes == 0x1000)
    #expect(try #require(ledger.stack(at: 0x10000)).bytes == 0xb000)
  }

  @Test("a mapping of another call right below a stack is no guard page")
  func foreignGuard() throws {
    ledger.play(
      .main.mmap(0xf000, 0x1000, []), .main.mmap(0x10000, 0xa000),
      .main.cloneThread(101, stack: 0x1a000))
    #expect(ledger.layout() == ["f000-10000 ---", "10000-1a000 rw- thread-stack"])
    #expect(try #require(ledger.stack(at: 0x10000)).bytes == 0xa000)
  }

  @Test("heap, file and shared memory that threads run on does not become a thread stack")
  func otherMemory() {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0)
    ledger.play(
      .main.brk(0x5000), .main.brk(0x9000), .main.cloneThread(101, stack: 0x9000),
      .main.mmap(0x10000, 0x1000, [.read, .write], .private, file: file),
      .main.cloneThread(102, stack: 0x11000),
      .main.mmap(0x20000, 0x1000, [.read, .write], [.shared, .anonymous]),
      .main.cloneThread(103, stack: 0x21000))
    #expect(
      ledger.layout() == [
        "5000-9000 rw- heap", "10000-11000 rw- file", "20000-21000 rw- shared-memory",
      ])
    #expect(ledger.space()?.stacks.byOrigin.isEmpty == true)
  }

  @Test("a process that was cloned into the same space has a thread stack")
  func processStack() throws {
    ledger.play(
      .main.mmap(0x10000, 0xa000),
      .main.clone(200, thread: 200, in: 0xa, stack: 0x1a000, [.vm, .fs, .files, .sighand]))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.process == ProcessID(200) && stack.thread == ThreadID(200))
  }

  @Test("a mapping that several threads run on is a carved stack")
  func carved() throws {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.cloneThread(101, stack: 0x11000),
      .main.cloneThread(102, stack: 0x12000), .main.cloneThread(103, stack: 0x13000))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isCarved && stack.liveThreads == 3 && stack.uses == 3)
    ledger.play(.other.exit(), Caller(100, thread: 102).exit())
    #expect(try !#require(ledger.stack(at: 0x10000)).isIdle)
    ledger.play(Caller(100, thread: 103).exit().at(40))
    #expect(try #require(ledger.stack(at: 0x10000)).isIdle)
    #expect(try #require(ledger.stack(at: 0x10000)).isCarved)
  }

  @Test("a carved mapping with guard pages inside is one stack")
  func carvedWithGuards() throws {
    ledger.play(
      .main.mmap(0x10000, 0x8000), .main.mprotect(0x14000, 0x1000, []),
      .main.mprotect(0x10000, 0x1000, []),
      .main.cloneThread(101, stack: 0x14000), .main.cloneThread(102, stack: 0x18000))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.range == AddressRange(start: 0x10000, end: 0x18000))
    #expect(stack.isCarved && stack.guardBytes == 0x2000)
    #expect(ledger.space()?.stacks.byOrigin.count == 1)
  }

  @Test("a forked child has the stack that it runs on, and no other one")
  func fork() throws {
    ledger.play(
      .main.mmap(0x10000, 0xa000), .main.cloneThread(101, stack: 0x1a000),
      .main.mmap(0x20000, 0xa000), .main.cloneThread(102, stack: 0x2a000),
      .other.fork(200, in: 0xb))
    let kept = try #require(ledger.stack(at: 0x10000, of: 0xb))
    #expect(kept.thread == ThreadID(200) && kept.process == ProcessID(200))
    #expect(kept.liveThreads == 1)
    #expect(ledger.stack(at: 0x20000, of: 0xb) == nil)
    #expect(try #require(ledger.stack(at: 0x10000)).thread == ThreadID(101))
  }

  @Test("a thread stack that is moved is no longer a thread stack")
  func moved() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.cloneThread(101, stack: 0x14000),
      .main.mremapEntered(0x10000, 0x4000),
      .main.mremap(0x10000, 0x4000, to: 0x80000, 0x4000))
    #expect(ledger.layout() == ["80000-84000 rw-"])
    #expect(ledger.space()?.stacks.byOrigin.isEmpty == true)
  }
}
