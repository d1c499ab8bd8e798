// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Spaces that were listed from the text of /proc, which does not have their keys.
@Suite struct ProvisionalSpaceTests {
  let ledger = Ledger()

  private func list(_ process: UInt32) {
    ledger.merge(
      SpaceSnapshot(
        key: SpaceKey(UInt64(process)), totals: SpaceTotals(),
        areas: [.anonymous(0x10000, 0x12000)]),
      at: KernelInstant(nanoseconds: 1), reason: .unknown)
    ledger.admit(
      ListedTask(
        space: SpaceKey(UInt64(process)), process: ProcessID(process), thread: ThreadID(process),
        parent: ProcessID(1), name: ThreadName("old"), stackPointer: 0, totals: SpaceTotals()),
      at: KernelInstant(nanoseconds: 1))
  }

  @Test("the first event of a process gives its space the kernel's key")
  func rekeyed() {
    list(100)
    #expect(ledger.apply(.main.munmap(0x10000, 0x1000)).space == 1)
    #expect(ledger.layout() == ["11000-12000 rw-"])
    #expect(ledger.processIDs() == [100])
    #expect(Array(ledger.spaces.keys) == [key(0xa)])
    #expect(ledger.process(100)?.space == key(0xa))
    #expect(ledger.wanted.isEmpty)
  }

  @Test("an event of another process does not give this space its key")
  func otherProcess() {
    list(100)
    #expect(ledger.apply(Caller(200, in: 0xb).mmap(0x10000, 0x1000)).space == 2)
    #expect(ledger.wants(0xb) == .unknown)
    #expect(ledger.spaces.count == 2)
  }

  @Test("a fork by a process whose space has no key yet copies that space")
  func fork() {
    list(100)
    ledger.play(.main.fork(200, in: 0xb))
    #expect(ledger.layout(of: 0xb) == ["10000-12000 rw-"])
    #expect(ledger.layout() == ["10000-12000 rw-"])
  }

  @Test("an exec ends a space that never got the kernel's key")
  func exec() {
    list(100)
    ledger.play(.main.execve(in: 0xb))
    #expect(Array(ledger.spaces.keys) == [key(0xb)])
    #expect(ledger.processIDs(in: 0xb) == [100])
  }

  @Test("a space that never got the kernel's key ends with its process")
  func exit() {
    list(100)
    ledger.play(.main.exit(last: true))
    #expect(ledger.spaces.isEmpty)
  }
}
