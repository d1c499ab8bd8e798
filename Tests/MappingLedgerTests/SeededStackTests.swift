// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Stacks of threads that started before tracing began.
@Suite struct SeededStackTests {
  let ledger = Ledger()

  private func list(_ areas: [SpaceSnapshot.Area]) {
    ledger.merge(
      SpaceSnapshot(
        key: key(0xa), totals: SpaceTotals(startStack: 0x7fff_0800), areas: areas),
      at: KernelInstant(nanoseconds: 50), reason: .unknown)
  }

  private func list(_ thread: UInt32, process: UInt32 = 100, at pointer: UInt64) {
    ledger.admit(
      ListedTask(
        space: key(0xa), process: ProcessID(process), thread: ThreadID(thread),
        parent: ProcessID(1), name: ThreadName("old"), stackPointer: pointer,
        totals: SpaceTotals()),
      at: KernelInstant(nanoseconds: 51))
  }

  @Test("a guard page that the kernel lists as its own area is part of the stack above it")
  func separateGuard() throws {
    list([.anonymous(0x10000, 0x11000, []), .anonymous(0x11000, 0x1b000)])
    list(100, at: 0x7fff_0500)
    list(101, at: 0x1a800)
    #expect(ledger.layout() == ["10000-11000 --- guard", "11000-1b000 rw- thread-stack"])
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.range == AddressRange(start: 0x10000, end: 0x1b000))
    #expect(stack.guardBytes == 0x1000)
    #expect(stack.thread == ThreadID(101))
    #expect(stack.mappedAt == nil && stack.mappedBy == nil && stack.creator == nil)
  }

  @Test("a stack from before tracing is not new; it is idle after its thread ends")
  func old() throws {
    list([.anonymous(0x10000, 0x11000, []), .anonymous(0x11000, 0x1b000)])
    list(101, at: 0x1a800)
    #expect(ledger.space()?.stacks.history[0xb000] == nil)
    ledger.play(.other.exit().at(60))
    #expect(try #require(ledger.stack(at: 0x11000)).isIdle)
    ledger.play(.main.munmap(0x10000, 0xb000).at(70))
    let stacks = try #require(ledger.space()?.stacks)
    #expect(stacks.byOrigin.isEmpty)
    #expect(stacks.history[0xb000]?.reclaimed == 1)
  }

  @Test("each of several stacks on top of each other has its own guard page")
  func neighbors() throws {
    list([
      .anonymous(0x10000, 0x11000, []), .anonymous(0x11000, 0x1b000),
      .anonymous(0x1b000, 0x1c000, []), .anonymous(0x1c000, 0x26000),
    ])
    list(101, at: 0x1a800)
    list(102, at: 0x25800)
    #expect(
      try #require(ledger.stack(at: 0x10000)).range
        == AddressRange(start: 0x10000, end: 0x1b000))
    #expect(
      try #require(ledger.stack(at: 0x1b000)).range
        == AddressRange(start: 0x1b000, end: 0x26000))
  }

  @Test("a large reservation right below a stack is no guard page")
  func reservation() throws {
    list([.anonymous(0x1000_0000, 0x2000_0000, []), .anonymous(0x2000_0000, 0x2000_a000)])
    list(101, at: 0x2000_9000)
    #expect(try #require(ledger.stack(at: 0x2000_0000)).bytes == 0xa000)
    #expect(ledger.layout().first == "10000000-20000000 ---")
  }

  @Test("the main stack of a process is no thread stack")
  func mainThread() {
    list([.anonymous(0x10000, 0x1a000), .stack(0x7ffe_0000, 0x7fff_1000)])
    list(100, at: 0x7fff_0500)
    list(101, at: 0x7fff_0000)
    #expect(ledger.layout() == ["10000-1a000 rw-", "7ffe0000-7fff1000 rw- main-stack"])
    #expect(ledger.space()?.stacks.byOrigin.isEmpty == true)
  }

  @Test("a thread that is listed twice starts once")
  func listedTwice() throws {
    list([.anonymous(0x10000, 0x1a000)])
    list(101, at: 0x19000)
    list(101, at: 0x19008)
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.uses == 1 && stack.liveThreads == 1 && !stack.isCarved)
  }

  @Test("a stack from before tracing that a new thread starts on is reused")
  func reused() throws {
    list([.anonymous(0x10000, 0x1a000)])
    list(100, at: 0)
    list(101, at: 0x19000)
    ledger.play(.other.exit().at(60), .main.cloneThread(102, stack: 0x19f00).at(80))
    #expect(ledger.space()?.stacks.history[0xa000]?.reused == 1)
    #expect(ledger.space()?.stacks.history[0xa000]?.fresh == 0)
  }

  @Test("a thread that started before its stack was known is found on it once both are listed")
  func knownLater() throws {
    ledger.play(.main.cloneThread(101, stack: 0x19f00).at(9))
    #expect(ledger.layout() == [])
    list([.anonymous(0x10000, 0x1a000)])
    list(101, at: 0x19800)
    #expect(try #require(ledger.stack(at: 0x10000)).thread == ThreadID(101))
    ledger.play(.other.exit().at(60))
    #expect(try #require(ledger.stack(at: 0x10000)).isIdle)
  }

  @Test("several threads that are listed on one mapping share it as a carved stack")
  func carved() throws {
    list([.anonymous(0x10000, 0x1a000)])
    list(101, at: 0x12000)
    list(102, at: 0x18000)
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isCarved && stack.liveThreads == 2)
  }
}
