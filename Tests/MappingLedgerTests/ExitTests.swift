// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct ExitTests {
  let ledger = emptySpace()

  @Test("the end of one thread leaves its process")
  func oneThread() {
    ledger.play(.main.cloneThread(101, stack: nil, name: "worker"))
    #expect(ledger.play(.other.exit()) == "exited worker")
    #expect(ledger.threadIDs == [100])
    #expect(ledger.process(100)?.threads == [ThreadID(100)])
  }

  @Test("a process ends with its last thread; its space stays until the kernel reports its end")
  func lastThread() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.exit(last: true)) == "exited main last")
    #expect(ledger.processes.isEmpty && ledger.threads.isEmpty)
    #expect(ledger.play(ended(0xa)) == "ended freeing 1000")
    #expect(ledger.spaces.isEmpty)
  }

  @Test("on kernels that do not report it, the space ends with its last process")
  func withoutSpaceEnd() {
    let ledger = emptySpace(Ledger.Machine(reportsSpaceEnd: false))
    ledger.play(.main.exit(last: true))
    #expect(ledger.spaces.isEmpty)
  }

  @Test("a first thread that ends before the others does not end the process")
  func leaderFirst() {
    ledger.play(.main.cloneThread(101, stack: nil, name: "worker"))
    #expect(ledger.play(.main.exit()) == "exited main")
    #expect(ledger.process(100)?.threads == [ThreadID(101)])
    ledger.play(.other.mmap(0x10000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-"])
    #expect(ledger.play(.other.exit(last: true)) == "exited worker last")
    #expect(ledger.processes.isEmpty)
  }

  @Test("when two threads end at once and both claim to be last, only the second one is")
  func race() {
    ledger.play(.main.cloneThread(101, stack: nil, name: "worker"))
    #expect(ledger.play(.main.exit(last: true)) == "exited main")
    #expect(ledger.play(.other.exit(last: true)) == "exited worker last")
    #expect(ledger.processes.isEmpty)
  }

  @Test("an exit names its space, even when the space has ended before")
  func spaceFirst() throws {
    let id = try #require(ledger.space()?.id)
    #expect(ledger.apply(ended(0xa)).space == id)
    #expect(ledger.apply(.main.exit(last: true)).space == id)
    #expect(ledger.processes.isEmpty)
  }

  @Test("the exit of an unknown process is reported as the kernel reports it")
  func stranger() {
    #expect(ledger.play(Caller(300, in: nil).exit(last: true)) == "exited  last")
    #expect(ledger.processIDs() == [100])
  }
}
