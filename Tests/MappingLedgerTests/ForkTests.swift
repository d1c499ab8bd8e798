// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct ForkTests {
  let ledger = emptySpace()

  @Test("a forked child has its parent's mappings in a space of its own")
  func copy() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x1000, .read))
    #expect(ledger.play(.main.fork(200, in: 0xb, pages: 3)) == "created process 200")
    #expect(ledger.layout(of: 0xb) == ["10000-12000 rw-", "20000-21000 r--"])
    #expect(ledger.space(0xb)?.id != ledger.space()?.id)
    #expect(ledger.processIDs(in: 0xb) == [200])
    #expect(ledger.mapping(at: 0x10000, of: 0xb) == ledger.mapping(at: 0x10000))
  }

  @Test("after a fork, changes of parent and child do not affect each other")
  func independence() {
    let child = Caller(200, in: 0xb)
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.fork(200, in: 0xb),
      .main.munmap(0x10000, 0x1000), child.mprotect(0x11000, 0x1000, .read),
      .main.mmap(0x20000, 0x1000), child.mmap(0x30000, 0x1000))
    #expect(ledger.layout() == ["11000-14000 rw-", "20000-21000 rw-"])
    #expect(
      ledger.layout(of: 0xb) == [
        "10000-11000 rw-", "11000-12000 r--", "12000-14000 rw-", "30000-31000 rw-",
      ])
  }

  @Test("a forked table of many mappings is independent of its parent's")
  func manyMappings() {
    let child = Caller(200, in: 0xb)
    for page in 0..<1000 as Range<UInt64> {
      ledger.play(.main.mmap(0x10_0000 + page << 13, 0x1000))
    }
    let before = ledger.layout()
    ledger.play(.main.fork(200, in: 0xb), .main.munmap(0x10_0000, 500 << 13))
    ledger.play(child.mmap(0x10_0000 + 999 << 13, 0x1000, .read, [.private, .anonymous, .fixed]))
    #expect(ledger.layout() == Array(before[500...]))
    #expect(ledger.layout(of: 0xb) == Array(before[..<999]) + ["8ce000-8cf000 r--"])
  }

  @Test("a child begins with its parent's break")
  func heap() {
    ledger.play(
      .main.brk(0x5000), .main.brk(0x6000), .main.fork(200, in: 0xb),
      Caller(200, in: 0xb).brk(0x7000))
    #expect(ledger.space(0xb)?.virtualBytes == 0x2000)
    #expect(ledger.layout() == ["5000-6000 rw- heap"])
  }

  @Test("a child is known by its parent, its parent's program, and the time of the fork")
  func process() throws {
    ledger.setExecutable(TextID(9), of: ProcessID(100))
    ledger.play(.main.fork(200, in: 0xb).at(44))
    let child = try #require(ledger.process(200))
    #expect(child.parent == ProcessID(100))
    #expect(child.executable == TextID(9))
    #expect(child.origin == .forked)
    #expect(child.since == KernelInstant(nanoseconds: 44))
    #expect(child.threads == [ThreadID(200)])
  }

  @Test("the growth of a child counts from the fork")
  func baseline() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.fork(200, in: 0xb).at(44))
    let baseline = ledger.space(0xb)?.baseline
    #expect(baseline?.bytes == 0x2000)
    #expect(baseline?.when == KernelInstant(nanoseconds: 44))
  }

  @Test("a fork by the only thread needs no list if the kernel's size agrees")
  func agreeing() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.fork(200, in: 0xb, pages: 2))
    #expect(ledger.wants(0xb) == nil)
  }

  @Test("a fork that left out areas with MADV_DONTFORK needs a list")
  func leftOut() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.fork(200, in: 0xb, pages: 1))
    #expect(ledger.wants(0xb) == .forked)
  }

  @Test("a fork in a process of several threads needs a list, even if the sizes agree")
  func multithreaded() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.cloneThread(101, stack: nil),
      .main.fork(200, in: 0xb, pages: 2))
    #expect(ledger.wants(0xb) == .forked)
    #expect(ledger.wants(0xa) == nil)
  }

  @Test("a fork in a space of several processes needs a list")
  func sharedParent() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.vfork(150), .main.fork(200, in: 0xb, pages: 2))
    #expect(ledger.wants(0xb) == .forked)
  }

  @Test("the child of a space that was not listed yet is wanted as unknown")
  func unseededParent() {
    let stranger = Caller(300, in: 0xc)
    ledger.play(stranger.mmap(0x10000, 0x1000), stranger.fork(301, in: 0xd))
    #expect(ledger.wants(0xc) == .unknown)
    #expect(ledger.wants(0xd) == .unknown)
    #expect(ledger.layout(of: 0xd) == ["10000-11000 rw-"])
  }

  @Test("a child that is not traced changes nothing")
  func outOfScope() {
    #expect(ledger.play(.main.clone(200, thread: 200, in: nil, [])) == "created")
    #expect(ledger.process(200) == nil)
    #expect(ledger.threadIDs == [100])
    #expect(ledger.spaces.count == 1)
  }

  @Test("a fork of a fork is copied from the child, not from its parent")
  func grandchild() {
    let child = Caller(200, in: 0xb)
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.fork(200, in: 0xb), child.munmap(0x10000, 0x1000),
      child.fork(201, in: 0xc))
    #expect(ledger.layout(of: 0xc) == ["11000-12000 rw-"])
    #expect(ledger.process(201)?.parent == ProcessID(200))
  }
}
