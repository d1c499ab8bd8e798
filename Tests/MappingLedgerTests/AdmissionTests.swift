// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Threads that come into view by a list of the kernel.
@Suite struct AdmissionTests {
  let ledger = Ledger()

  private func task(
    _ process: UInt32, _ thread: UInt32, in space: UInt64 = 0xa, name: String = "",
    parent: UInt32 = 1
  ) -> ListedTask {
    ListedTask(
      space: key(space), process: ProcessID(process), thread: ThreadID(thread),
      parent: ProcessID(parent), name: ThreadName(name), stackPointer: 0, totals: SpaceTotals())
  }

  private func list(_ tasks: ListedTask...) {
    for task in tasks { ledger.admit(task, at: KernelInstant(nanoseconds: 50)) }
  }

  @Test("a process is made of its listed threads, and has the name of its first one")
  func threads() throws {
    list(task(100, 101, name: "worker"), task(100, 100, name: "main", parent: 7))
    let process = try #require(ledger.process(100))
    #expect(process.threads == [ThreadID(100), ThreadID(101)])
    #expect(process.name.text == "main")
    #expect(process.parent == ProcessID(7))
    #expect(process.origin == .seeded)
    #expect(ledger.name(of: ThreadID(101), in: ProcessID(100)).text == "worker")
    #expect(ledger.processIDs() == [100])
  }

  @Test("processes of one space are listed in it, each once")
  func sharedSpace() {
    list(task(100, 100), task(200, 200), task(100, 100))
    #expect(ledger.processIDs() == [100, 200])
    #expect(ledger.spaces.count == 1)
  }

  @Test("a process that is listed in another space has left its old one")
  func moved() {
    list(task(100, 100), task(100, 100, in: 0xb))
    #expect(ledger.processIDs() == [])
    #expect(ledger.processIDs(in: 0xb) == [100])
  }

  @Test("a list adds to what events showed, and keeps where a process came from")
  func afterEvents() throws {
    let ledger = emptySpace()
    ledger.play(.main.fork(200, in: 0xb).at(9))
    ledger.admit(task(200, 200, in: 0xb, name: "x"), at: KernelInstant(nanoseconds: 50))
    let process = try #require(ledger.process(200))
    #expect(process.origin == .forked && process.since == KernelInstant(nanoseconds: 9))
    #expect(process.name.text == "x")
  }

  @Test("a process that a complete list does not contain is gone")
  func keepOnly() {
    list(task(100, 100), task(100, 101), task(200, 200, in: 0xb))
    ledger.keepOnly([task(100, 100)], asOf: KernelInstant(nanoseconds: .max))
    #expect(ledger.threadIDs == [100])
    #expect(ledger.process(100)?.threads == [ThreadID(100)])
    #expect(ledger.process(200) == nil)
    #expect(Array(ledger.spaces.keys) == [key(0xa)])
  }
}
