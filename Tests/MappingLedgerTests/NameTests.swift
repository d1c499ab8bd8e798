// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct NameTests {
  let ledger = emptySpace()

  private func name(_ thread: UInt32) -> String {
    ledger.name(of: ThreadID(thread), in: ProcessID(100)).text
  }

  @Test("a thread has the name that it was created with until it is renamed")
  func thread() {
    ledger.play(.main.cloneThread(101, stack: nil, name: "worker"))
    #expect(name(101) == "worker")
    #expect(ledger.play(.other.rename("logger")) == "renamed")
    #expect(name(101) == "logger")
    #expect(ledger.process(100)?.name.text == "main")
  }

  @Test("the name of the first thread is that of the process")
  func process() {
    ledger.play(.main.rename("server"))
    #expect(name(100) == "server")
    #expect(ledger.process(100)?.name.text == "server")
  }

  @Test("a thread that was never seen has the name of its process")
  func unseenThread() {
    #expect(name(150) == "main")
  }

  @Test(
    "a process that comes into scope by a rename is taken in after a while without other events")
  func unseenProcess() {
    #expect(ledger.play(Caller(300, in: 0xc).rename("wanted")) == "none")
    #expect(ledger.process(300) == nil)
    #expect(ledger.takeWanted().isEmpty && ledger.takeWanted().isEmpty)
    #expect(ledger.takeWanted()[key(0xc)] == .unknown)
    #expect(ledger.process(300)?.name.text == "wanted")
  }

  @Test("a rename that is part of an exec waits for the exec")
  func renameBeforeExec() throws {
    ledger.play(Caller(300, in: 0xc).rename("new"))
    ledger.play(Caller(300, in: 0xc).execve(in: 0xc))
    #expect(try #require(ledger.process(300)).origin == .started)
  }

  @Test("a renamed process that ends before it was taken in is not taken in")
  func renameBeforeEnd() {
    ledger.play(Caller(300, in: 0xc).rename("brief"))
    let end = MappingEvent(
      when: KernelInstant(nanoseconds: 9), process: ProcessID(0), thread: ThreadID(0),
      space: key(0xc), fact: .spaceEnded)
    _ = ledger.apply(end)
    #expect(ledger.takeWanted()[key(0xc)] == nil)
    #expect(ledger.process(300) == nil)
  }

  @Test("a process that drops the name it was traced for is gone, and so is its space")
  func leavesScope() {
    let event = MappingEvent(
      when: KernelInstant(nanoseconds: 9), process: ProcessID(100), thread: ThreadID(100),
      space: key(0xa), fact: .renamed(ThreadName("other"), leavesScope: true))
    _ = ledger.apply(event)
    #expect(ledger.process(100) == nil)
    #expect(ledger.spaces[key(0xa)] == nil)
  }
}
