// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import MappingEvents
import Testing

@Suite struct TaskRecordTests {
  @Test("the header gives the time, the process, the thread and the space")
  func header() throws {
    let event = try decode(record(BPFLEAK_SPACE_ENDED, bpfleak_space_ended.self))
    #expect(event.when == KernelInstant(nanoseconds: 5))
    #expect(event.process == ProcessID(100))
    #expect(event.thread == ThreadID(101))
    #expect(event.space == SpaceKey(0xa))
    #expect(event.callPath == nil)
    guard case .spaceEnded = event.fact else { throw OtherFact() }
  }

  @Test("a call path id of 0 is valid; a space of 0 means none")
  func zeroes() throws {
    let event = try decode(
      record(BPFLEAK_TASK_EXITED, bpfleak_task_exited.self) {
        $0.header.stack = 0
        $0.header.space = 0
      })
    #expect(event.callPath == CallPathID(0))
    #expect(event.space == nil)
  }

  @Test("a clone carries the child, its name, its stack pointer and the kernel's totals")
  func clone() throws {
    let event = try decode(
      record(BPFLEAK_TASK_CREATED, bpfleak_task_created.self) {
        $0.flags = 0x10f00
        $0.child_space = 0xa
        $0.child_sp = 0x7000
        $0.parent_sp = 0x9000
        $0.child_pid = 100
        $0.child_tid = 102
        put(Array("worker".utf8), in: &$0.comm)
        $0.totals = bpfleak_space_totals(
          total_pages: 1, start_brk: 2, brk: 3, start_stack: 4, vdso: 5, map_count: 6,
          task_bits: 64)
      })
    guard case .taskCreated(let call) = event.fact else { throw OtherFact() }
    #expect(call.flags == [.vm, .fs, .files, .sighand, .thread])
    #expect(call.childProcess == ProcessID(100) && call.childThread == ThreadID(102))
    #expect(call.childSpace == SpaceKey(0xa))
    #expect(call.stackPointer == 0x7000)
    #expect(call.name.text == "worker")
    #expect(
      call.totals
        == SpaceTotals(
          totalPages: 1, startBreak: 2, currentBreak: 3, startStack: 4, vdso: 5, mapCount: 6))
  }

  @Test(
    "a child with its parent's stack pointer, or with none, was given no stack",
    arguments: [0x9000, 0] as [UInt64])
  func inheritedStack(pointer: UInt64) throws {
    let event = try decode(
      record(BPFLEAK_TASK_CREATED, bpfleak_task_created.self) {
        $0.child_sp = pointer
        $0.parent_sp = 0x9000
      })
    guard case .taskCreated(let call) = event.fact else { throw OtherFact() }
    #expect(call.stackPointer == nil)
    #expect(call.childSpace == nil)
  }

  @Test("a 32-bit address space is marked as such")
  func compat() throws {
    let event = try decode(
      record(BPFLEAK_TASK_CREATED, bpfleak_task_created.self) { $0.totals.task_bits = 32 })
    guard case .taskCreated(let call) = event.fact else { throw OtherFact() }
    #expect(call.totals.isCompat)
  }

  @Test("an exec carries its calling thread, the new name and the program")
  func exec() throws {
    var decoder = RecordDecoder()
    let event = try decode(
      record(BPFLEAK_EXECED, bpfleak_execed.self) {
        $0.old_tid = 103
        put(Array("true".utf8), in: &$0.comm)
        put(Array("/bin/true".utf8), in: &$0.exe)
        $0.totals.brk = 0x5000
      }, with: &decoder)
    guard case .execed(let call) = event.fact else { throw OtherFact() }
    #expect(call.caller == ThreadID(103))
    #expect(call.name.text == "true")
    #expect(decoder.texts[call.executable] == "/bin/true")
    #expect(call.totals.currentBreak == 0x5000)
  }

  @Test("two execs of one program share one text")
  func sameProgram() throws {
    var decoder = RecordDecoder()
    let bytes = record(BPFLEAK_EXECED, bpfleak_execed.self) {
      put(Array("/bin/true".utf8), in: &$0.exe)
    }
    guard case .execed(let first) = try decode(bytes, with: &decoder).fact,
      case .execed(let second) = try decode(bytes, with: &decoder).fact
    else { throw OtherFact() }
    #expect(first.executable == second.executable)
    #expect(decoder.texts.count == 2)
  }

  @Test("the path of a program can fill its field without a closing NUL")
  func longProgram() throws {
    var decoder = RecordDecoder()
    let event = try decode(
      record(BPFLEAK_EXECED, bpfleak_execed.self) {
        put(Array(repeating: UInt8(ascii: "a"), count: 300), in: &$0.exe)
      }, with: &decoder)
    guard case .execed(let call) = event.fact else { throw OtherFact() }
    #expect(decoder.texts[call.executable] == String(repeating: "a", count: 256))
  }

  @Test("an exit carries whether it was the last thread, whether its process ends, and the code")
  func exit() throws {
    let event = try decode(
      record(BPFLEAK_TASK_EXITED, bpfleak_task_exited.self) {
        $0.last = 1
        $0.group_exit = 0
        $0.code = 0x8b
      })
    guard case .taskExited(let last, let withProcess, let code) = event.fact else {
      throw OtherFact()
    }
    #expect(last && !withProcess && code == 0x8b)
  }

  @Test("a rename carries the new name")
  func rename() throws {
    let event = try decode(
      record(BPFLEAK_RENAMED, bpfleak_renamed.self) {
        put(Array("fifteen-letters".utf8), in: &$0.comm)
      })
    guard case .renamed(let name, _) = event.fact else { throw OtherFact() }
    #expect(name == ThreadName("fifteen-letters"))
  }

  @Test("names and paths that are not UTF-8 show a replacement character")
  func invalidText() throws {
    var decoder = RecordDecoder()
    let event = try decode(
      record(BPFLEAK_EXECED, bpfleak_execed.self) {
        put([0x61, 0xff, 0x62], in: &$0.comm)
        put([0x2f, 0xc3, 0x28], in: &$0.exe)
      }, with: &decoder)
    guard case .execed(let call) = event.fact else { throw OtherFact() }
    #expect(call.name.text == "a\u{fffd}b")
    #expect(decoder.texts[call.executable] == "/\u{fffd}(")
  }
}
