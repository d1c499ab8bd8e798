// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct ExecTests {
  let ledger = emptySpace()

  @Test("exec puts the process into a new space, empty until the kernel is asked")
  func replaces() throws {
    ledger.play(.main.mmap(0x10000, 0x1000))
    let old = try #require(ledger.space()?.id)
    #expect(ledger.play(.main.execve(in: 0xb, name: "ls").at(30)) == "execed")
    #expect(ledger.layout(of: 0xb) == [])
    #expect(ledger.wants(0xb) == .execed(KernelInstant(nanoseconds: 30)))
    #expect(ledger.space(0xb)?.id != old)
    #expect(ledger.space(0xb)?.isSeeded == false)
    #expect(ledger.processIDs() == [])
    #expect(ledger.processIDs(in: 0xb) == [100])
  }

  @Test("exec changes the name and the program of a process, not its parent or its start")
  func process() throws {
    ledger.play(.main.fork(200, in: 0xb).at(20), Caller(200, in: 0xb).execve(in: 0xc, name: "ls"))
    let process = try #require(ledger.process(200))
    #expect(process.parent == ProcessID(100))
    #expect(process.origin == .forked)
    #expect(process.since == KernelInstant(nanoseconds: 20))
    #expect(process.name.text == "ls")
    #expect(process.executable == TextID(5))
  }

  @Test("exec ends the other threads, even if their exits are not recorded")
  func endsThreads() {
    ledger.play(
      .main.cloneThread(101, stack: nil), .main.cloneThread(102, stack: nil),
      .other.exit(), .main.execve(in: 0xb))
    #expect(ledger.threadIDs == [100])
    #expect(ledger.process(100)?.threads == [ThreadID(100)])
  }

  @Test("a thread that calls exec takes over the id of the process")
  func nonLeader() {
    ledger.play(
      .main.cloneThread(101, stack: nil, name: "worker"), .main.exit(),
      .other.execve(in: 0xb, name: "ls"))
    #expect(ledger.threadIDs == [100])
    #expect(ledger.process(100)?.threads == [ThreadID(100)])
    #expect(ledger.name(of: ThreadID(100), in: ProcessID(100)).text == "ls")
    #expect(ledger.play(Caller(100).exit(last: true)) == "exited ls last")
    #expect(ledger.processes.isEmpty)
  }

  @Test("an exec whose caller has no id in this namespace changes no other thread")
  func namespaced() {
    ledger.play(
      .main.cloneThread(101, stack: nil), .main.exit(), .other.execve(in: 0xb, caller: 0))
    #expect(ledger.threadIDs == [100])
  }

  @Test("a process that is first seen when it execs counts as started")
  func started() {
    #expect(Caller(300).play(in: ledger) == "execed by a new process")
    #expect(ledger.process(300)?.origin == .started)
    #expect(ledger.process(300)?.parent == nil)
  }

  @Test("on kernels that do not report it, exec ends the old space if no other process is in it")
  func endsSpace() {
    let ledger = emptySpace(Ledger.Machine(reportsSpaceEnd: false))
    ledger.play(.main.execve(in: 0xb))
    #expect(Array(ledger.spaces.keys) == [key(0xb)])
  }

  @Test("exec of exec leaves one space and one process")
  func chain() {
    ledger.play(.main.execve(in: 0xb), ended(0xa), Caller(100, in: 0xb).execve(in: 0xa), ended(0xb))
    #expect(Array(ledger.spaces.keys) == [key(0xa)])
    #expect(ledger.space()?.id == 3)
    #expect(ledger.processIDs() == [100])
  }

  @Test("what the program does before the kernel is asked is kept, and so is the reason to ask")
  func beforeSnapshot() {
    let started = Caller(100, in: 0xb)
    ledger.play(
      .main.execve(in: 0xb).at(30), started.mmap(0x10000, 0x1000), started.unsure())
    #expect(ledger.layout(of: 0xb) == ["10000-11000 rw-"])
    #expect(ledger.wants(0xb) == .execed(KernelInstant(nanoseconds: 30)))
  }
}

extension Caller {
  fileprivate func play(in ledger: Ledger) -> String { ledger.play(execve(in: 0xe)) }
}
