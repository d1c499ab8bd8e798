// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Several process ids in one address space: CLONE_VM without CLONE_THREAD, and vfork.
@Suite struct SharedSpaceTests {
  let ledger = emptySpace()
  let child = Caller(200, in: 0xa)

  @Test("a process made with CLONE_VM shares its parent's table")
  func shared() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.clone(200, thread: 200, in: 0xa, [.vm])) == "created process 200")
    ledger.play(child.mmap(0x20000, 0x1000), .main.mmap(0x30000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-", "20000-21000 rw-", "30000-31000 rw-"])
    #expect(ledger.processIDs() == [100, 200])
    #expect(ledger.spaces.count == 1)
    #expect(ledger.wants() == nil)
  }

  @Test("a space outlives the process that it began with")
  func firstEnds() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.clone(200, thread: 200, in: 0xa, [.vm]),
      .main.exit(last: true))
    #expect(ledger.processIDs() == [200])
    #expect(ledger.layout() == ["10000-11000 rw-"])
  }

  @Test("on kernels that do not report it, a shared space ends with its last process")
  func lastEnds() {
    let ledger = emptySpace(Ledger.Machine(reportsSpaceEnd: false))
    ledger.play(.main.clone(200, thread: 200, in: 0xa, [.vm]), .main.exit(last: true))
    #expect(ledger.processIDs() == [200])
    ledger.play(child.exit(last: true))
    #expect(ledger.spaces.isEmpty)
  }

  @Test("a vfork child shares the space until it execs")
  func vforkExec() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.vfork(200)) == "created process 200")
    #expect(ledger.play(child.execve(in: 0xb, name: "ls")) == "execed")
    #expect(ledger.processIDs() == [100])
    #expect(ledger.processIDs(in: 0xb) == [200])
    #expect(ledger.layout() == ["10000-11000 rw-"])
    #expect(ledger.layout(of: 0xb) == [])
  }

  @Test("a child that was given a stack leaves it idle when it execs")
  func spawn() throws {
    ledger.play(
      .main.mmap(0x10000, 0x9000, [.read, .write], [.private, .anonymous, .stack]).at(5),
      .main.vfork(200, stack: 0x19000).at(6), child.execve(in: 0xb).at(9))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isIdle)
    #expect(stack.exitedAt == KernelInstant(nanoseconds: 9))
    ledger.play(.main.munmap(0x10000, 0x9000).at(12))
    #expect(ledger.space()?.stacks.history[0x9000]?.reclaimed == 1)
  }

  @Test("the rename of an exec comes before the exec and belongs to the old space")
  func execRenames() throws {
    ledger.play(
      .main.mmap(0x10000, 0x9000).at(5), .main.vfork(200, stack: 0x19000).at(6),
      Caller(200, in: 0xb).rename("ls").at(8), child.execve(in: 0xb, name: "ls").at(9))
    #expect(try #require(ledger.stack(at: 0x10000)).isIdle)
    #expect(ledger.processIDs() == [100])
    #expect(ledger.processIDs(in: 0xb) == [200])
    #expect(ledger.space(0xb)?.id == 2)
    #expect(ledger.process(200)?.name.text == "ls")
  }

  @Test("a process that exits leaves its stack behind in a space that others share")
  func groupExit() throws {
    ledger.play(
      .main.mmap(0x10000, 0xa000).at(5),
      .main.clone(200, thread: 200, in: 0xa, stack: 0x1a000, [.vm]).at(6),
      child.exit(last: true, withProcess: true).at(9))
    let stack = try #require(ledger.stack(at: 0x10000))
    #expect(stack.isIdle)
    #expect(stack.exitedAt == KernelInstant(nanoseconds: 9))
  }
}
