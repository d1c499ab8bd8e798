// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// What happens to stacks after their threads have ended: idle, reused, reclaimed.
@Suite struct ThreadStackHistoryTests {
  let ledger = emptySpace()

  private var stacks: ThreadStacks? { ledger.space()?.stacks }

  /// A stack of 0xa000 bytes is mapped at 0x10000 at time 5. A thread starts on it at time 10.
  private func start() {
    ledger.play(
      .main.mmap(0x10000, 0xa000).at(5), .main.cloneThread(101, stack: 0x19f00).at(10))
  }

  @Test("a stack is idle after its thread has ended")
  func idle() throws {
    start()
    ledger.play(.other.exit().at(20))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isIdle && stack.liveThreads == 0)
    #expect(stack.exitedAt == KernelInstant(nanoseconds: 20))
    #expect(stack.thread == ThreadID(101))
    #expect(ledger.layout() == ["10000-1a000 rw- thread-stack"])
  }

  @Test("a stack is not left behind when its whole process ends")
  func processEnds() throws {
    start()
    ledger.play(.other.exit(withProcess: true).at(20))
    #expect(try !#require(ledger.stack(at: 0x10000)).isIdle)
  }

  @Test("a stack that is mapped for a thread counts as new in the history of its size")
  func fresh() throws {
    start()
    ledger.play(.main.mmap(0x20000, 0xa000).at(30), .main.cloneThread(102, stack: 0x2a000).at(31))
    let history = try #require(stacks?.history[0xa000])
    #expect(history.fresh == 2)
    #expect(history.lastFreshAt == KernelInstant(nanoseconds: 30))
    #expect(history.reused == 0 && history.reclaimed == 0)
  }

  @Test("each size has its own history, including the guard page")
  func sizes() {
    start()
    ledger.play(
      .main.mmap(0x20000, 0xb000), .main.mprotect(0x20000, 0x1000, []),
      .main.cloneThread(102, stack: 0x2b000))
    #expect(stacks?.history[0xa000]?.fresh == 1)
    #expect(stacks?.history[0xb000]?.fresh == 1)
    #expect(stacks?.history[0x1000] == nil)
  }

  @Test("a thread that starts on an idle stack reuses it")
  func reused() throws {
    start()
    ledger.play(.other.exit().at(20), .main.cloneThread(102, stack: 0x19f00).at(50))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.thread == ThreadID(102) && stack.uses == 2)
    #expect(stack.exitedAt == nil && !stack.isIdle && !stack.isCarved)
    #expect(stack.startedAt == KernelInstant(nanoseconds: 50))
    let history = try #require(stacks?.history[0xa000])
    #expect(history.fresh == 1 && history.reused == 1)
    #expect(history.longestIdle == 30)
  }

  @Test("a stack can be reused before the end of its last thread is reported")
  func reusedBeforeExit() throws {
    start()
    ledger.play(.main.cloneThread(102, stack: 0x19f00).at(50), .other.exit().at(51))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.thread == ThreadID(102))
    #expect(stack.liveThreads == 1 && !stack.isCarved && stack.exitedAt == nil)
    #expect(stacks?.history[0xa000]?.reused == 1)
    ledger.play(Caller(100, thread: 102).exit().at(60))
    #expect(try #require(ledger.stack(at: 0x10000)).isIdle)
    #expect(try #require(ledger.stack(at: 0x10000)).exitedAt == KernelInstant(nanoseconds: 60))
  }

  @Test("an idle stack that is unmapped counts as reclaimed")
  func reclaimed() throws {
    start()
    ledger.play(.other.exit().at(20), .main.munmap(0x10000, 0xa000).at(90))
    #expect(stacks?.byOrigin.isEmpty == true)
    let history = try #require(stacks?.history[0xa000])
    #expect(history.reclaimed == 1)
    #expect(history.longestIdle == 70)
  }

  @Test("a thread that unmaps its own stack before it ends leaves none behind")
  func unmapsItself() {
    start()
    ledger.play(.other.munmap(0x10000, 0xa000).at(19), .other.exit().at(20))
    #expect(stacks?.byOrigin.isEmpty == true)
    #expect(stacks?.history[0xa000]?.reclaimed == 0)
  }

  @Test("a stack that is partly unmapped keeps the rest")
  func partly() throws {
    start()
    ledger.play(.other.exit().at(20), .main.munmap(0x10000, 0x6000).at(30))
    let stack = try #require(ledger.stack(at: 0x16000))
    #expect(stack.liveBytes == 0x4000 && stack.bytes == 0xa000 && stack.isIdle)
    #expect(ledger.layout() == ["16000-1a000 rw- thread-stack"])
    #expect(stacks?.history[0xa000]?.reclaimed == 0)
    ledger.play(.main.munmap(0x16000, 0x4000).at(40))
    #expect(stacks?.byOrigin.isEmpty == true)
    #expect(stacks?.history[0xa000]?.reclaimed == 1)
  }

  @Test("an idle stack that is replaced by another mapping counts as reclaimed")
  func replaced() {
    start()
    ledger.play(
      .other.exit().at(20),
      .main.mmap(0x10000, 0xa000, .read, [.private, .anonymous, .fixed]).at(30))
    #expect(stacks?.byOrigin.isEmpty == true)
    #expect(stacks?.history[0xa000]?.reclaimed == 1)
    #expect(ledger.layout() == ["10000-1a000 r--"])
  }

  @Test("a failed munmap of a part of a stack brings that part back")
  func partialFailure() throws {
    start()
    ledger.play(.other.exit().at(20), .main.munmap(0x12000, 0x1000), .main.munmapFailed())
    #expect(try #require(ledger.stack(at: 0x10000)).liveBytes == 0xa000)
    #expect(ledger.layout() == ["10000-1a000 rw- thread-stack"])
  }

  @Test("a failed munmap of an idle stack leaves it idle")
  func failure() throws {
    start()
    ledger.play(.other.exit().at(20), .main.munmap(0x10000, 0xa000).at(30), .main.munmapFailed())
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.liveBytes == 0xa000 && stack.isIdle)
    #expect(stack.exitedAt == KernelInstant(nanoseconds: 20))
    #expect(stacks?.history[0xa000]?.reclaimed == 0)
  }

  @Test("a failed munmap of a stack in use leaves it in use")
  func failureInUse() throws {
    start()
    ledger.play(.main.munmap(0x10000, 0xa000).at(30), .main.munmapFailed(), .other.exit().at(40))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isIdle && stack.thread == ThreadID(101))
  }
}
