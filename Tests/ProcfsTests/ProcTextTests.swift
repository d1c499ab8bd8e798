// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Procfs
import Testing

@Suite("The small texts of /proc/PID") struct ProcTextTests {
  @Test("statm gives the resident pages")
  func statm() throws {
    #expect(try ProcText.residentPages(statm: "74499 700 300 10 0 900 0\n") == 700)
    #expect(try ProcText.residentPages(statm: "1 18446744073709551615") == .max)
  }

  @Test(
    "statm without a number of resident pages is refused",
    arguments: ["", "\n", "74499", "1 x 3", "1 -5 3", "1 99999999999999999999999 3"])
  func badStatm(text: String) {
    #expect(
      throws: UnexpectedText(in: "statm", line: 1, expected: "the number of resident pages")
    ) { try ProcText.residentPages(statm: text) }
  }

  @Test("a field of status is found by its whole name")
  func status() throws {
    let text = "Name:\tTgid: 9\nTgidX:\t3\nTgid:\t812\nPPid:\t1\nNSpid:\t812\t7\n"
    #expect(try ProcText.process("Tgid", in: text) == ProcessID(812))
    #expect(try ProcText.process("PPid", in: text) == ProcessID(1))
    #expect(try ProcText.status("Name", in: text) == "Tgid:")
  }

  @Test(
    "status without the field is refused, by its name",
    arguments: ["", "Tgid", "Tgid:", "Tgid:\t\n", "Tg\n812"])
  func noField(text: String) {
    #expect(throws: UnexpectedText(in: "status", expected: "a field Tgid")) {
      try ProcText.process("Tgid", in: text)
    }
  }

  @Test("a process id that does not fit is refused", arguments: ["-1", "4294967296", "x"])
  func badProcess(word: String) {
    #expect(throws: UnexpectedText(in: "status", expected: "a process id in Tgid")) {
      try ProcText.process("Tgid", in: "Tgid:\t\(word)\n")
    }
  }

  @Test("the limit of the address space is the soft one, and unlimited is none")
  func limits() throws {
    let head = "Limit                     Soft Limit           Hard Limit           Units     \n"
    func limit(_ words: String) throws(UnexpectedText) -> UInt64? {
      try ProcText.addressSpaceLimit(limits: head + "Max address space         \(words)\n")
    }
    #expect(try limit("1073741824           unlimited            bytes") == 1 << 30)
    #expect(try limit("unlimited            unlimited            bytes") == nil)
    #expect(try limit("18446744073709551615 x") == .max)
    for words in ["", "some", "-1 bytes", "99999999999999999999 bytes"] {
      #expect(throws: UnexpectedText.self) { try limit(words) }
    }
    #expect(throws: UnexpectedText.self) { try ProcText.addressSpaceLimit(limits: head) }
  }

  @Test("a waiting thread has its call and its stack pointer, a running one has none")
  func syscall() throws {
    let call = try WaitingCall(
      parsing: "202 0x7f00 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd1000 0x7f0010\n")
    #expect(call?.number == 202 && call?.stackPointer == 0x7ffd_1000)
    let fault = try WaitingCall(parsing: "-1 0x7ffd2000 0x7f0020\n")
    #expect(fault?.number == -1 && fault?.stackPointer == 0x7ffd_2000)
    #expect(try WaitingCall(parsing: "running\n") == nil)
  }

  @Test(
    "another text of syscall is refused",
    arguments: ["", "202", "202 0x1", "x 0x1 0x2", "202 0x 0x2", "202 0xfffffffffffffffff 0x2"])
  func badSyscall(text: String) {
    #expect(throws: UnexpectedText.self) { try WaitingCall(parsing: text) }
  }

  @Test("words of a command line are joined by spaces, and padding at the end is cut")
  func commandLine() {
    func line(_ text: String) -> String { ProcText.commandLine(Array(text.utf8)) }
    #expect(line("server\0--port\080\0") == "server --port 80")
    #expect(line("a\0\0b\0\0\0\0") == "a  b")
    #expect(line("no end") == "no end")
    #expect(line("") == "" && line("\0\0") == "")
    #expect(ProcText.commandLine([0xff, 0, 0x61]) == "\u{fffd} a")
  }

  @Test("a name loses the newline that the kernel adds, and no other character")
  func comm() {
    #expect(ProcText.name(comm: "server\n") == "server")
    #expect(ProcText.name(comm: "a\nb\n") == "a\nb")
    #expect(ProcText.name(comm: "server") == "server")
    #expect(ProcText.name(comm: "") == "" && ProcText.name(comm: "\n") == "")
  }

  @Test("ids of processes are one a line, and what is none is left out")
  func processes() {
    #expect(
      ProcText.processes(cgroupProcs: "1\n812\n\nx\n4294967296\n")
        == [ProcessID(1), ProcessID(812)])
    #expect(ProcText.processes(cgroupProcs: "") == [])
  }

  @Test("a number of /proc/sys is the first word, and anything else is refused")
  func number() throws {
    #expect(try ProcText.number("65530\n", in: "max_map_count") == 65_530)
    #expect(try ProcText.number("1\t2", in: "x") == 1)
    for text in ["", "\n", "no", "-1", "18446744073709551616"] {
      #expect(throws: UnexpectedText(in: "x", line: 1, expected: "a number")) {
        try ProcText.number(text, in: "x")
      }
    }
  }
}
