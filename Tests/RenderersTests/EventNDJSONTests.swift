// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Renderers

/// Every type of event has exactly the fields of the contract, with their types.
@Suite struct EventNDJSONTests {
  private let events = EventLines()

  @Test("an mmap tells the length that the kernel made of it, protection and flags")
  func mmap() throws {
    let line = try #require(
      events.map(
        0x7f3a_5c00_0000, 5000, [.read, .write], [.private, .anonymous, .stack], stack: 7))
    #expect(
      line.shape
        == ParsedLine.event([
          "addr": "string", "len": "number", "prot": "string", "flags": "list", "fd": "number",
          "offset": "number", "path": "null", "stack": "number",
        ]))
    #expect(line["type"] == "mmap" && line["comm"] == "server" && line["prot"] == "rw-")
    #expect(line.number("ts_ns") == 1000 && line.number("pid") == 100 && line.number("tid") == 100)
    #expect(line.number("space") == 1)
    #expect(line["addr"] == "0x7f3a5c000000" && line.number("len") == 8192)
    #expect(line.list("flags") == ["private", "anonymous", "stack"])
    #expect(line.signed("fd") == -1 && line.number("stack") == 7)
  }

  @Test("an mmap of a file tells descriptor, offset and path")
  func mmapFile() throws {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 8, inode: 42), offset: 8192, descriptor: 3)
    let line = try #require(
      events.map(0x1000, 4096, [.read, .execute], .private, file: file, path: "/lib/\u{fffd}\n.so"))
    #expect(line["path"] == "/lib/\u{fffd}\n.so" && line["prot"] == "r-x")
    #expect(line.number("fd") == 3 && line.number("offset") == 8192)
    #expect(line.isNull("stack"))
  }

  @Test("a munmap tells how much of its range was mapped")
  func munmap() throws {
    events.map(0x1000, 8192)
    let line = try #require(events.line(.unmapping(address: 0x1000, bytes: 0x10000)))
    #expect(
      line.shape
        == ParsedLine.event(["addr": "string", "len": "number", "freed": "number"]))
    #expect(line["type"] == "munmap" && line.number("len") == 0x10000)
    #expect(line.number("freed") == 8192)
  }

  @Test("an mremap tells where from and where to, in one line for its two records")
  func mremap() throws {
    events.map(0x1000, 8192)
    #expect(events.line(.remapping(address: 0x1000, bytes: 8192)) == nil)
    let line = try #require(
      events.line(
        .remapped(
          MappingEvent.Remapped(
            oldAddress: 0x1000, oldBytes: 8192, newBytes: 16384, result: 0x10000)), stack: 3))
    #expect(
      line.shape
        == ParsedLine.event([
          "old_addr": "string", "old_len": "number", "addr": "string", "len": "number",
          "stack": "number",
        ]))
    #expect(line["type"] == "mremap" && line["old_addr"] == "0x1000" && line["addr"] == "0x10000")
    #expect(line.number("old_len") == 8192 && line.number("len") == 16384)
  }

  @Test("an mprotect tells the new protection")
  func mprotect() throws {
    events.map(0x1000, 8192)
    let line = try #require(
      events.line(.protected(address: 0x1000, bytes: 4096, prot: 0, error: 0)))
    #expect(
      line.shape == ParsedLine.event(["addr": "string", "len": "number", "prot": "string"]))
    #expect(line["type"] == "mprotect" && line["prot"] == "---" && line.number("len") == 4096)
  }

  @Test("a brk tells the new break and by how much it moved, down as well as up")
  func brk() throws {
    events.line(.breakSet(start: 0x5000, brk: 0x5000))
    let up = try #require(events.line(.breakSet(start: 0x5000, brk: 0x8000), stack: 2))
    #expect(
      up.shape == ParsedLine.event(["addr": "string", "delta": "number", "stack": "number"]))
    #expect(up["type"] == "brk" && up["addr"] == "0x8000" && up.signed("delta") == 0x3000)
    let down = try #require(events.line(.breakSet(start: 0x5000, brk: 0x6000)))
    #expect(down.signed("delta") == -0x2000)
  }

  @Test("shmat and shmdt tell the area, and shmat its segment")
  func sharedMemory() throws {
    let attached = try #require(
      events.line(
        .attached(
          MappingEvent.Attached(
            address: 0x1000, bytes: 4096, segment: 5, protection: [.read, .write],
            identity: FileIdentity(device: 1, inode: 5)))))
    #expect(
      attached.shape
        == ParsedLine.event(["addr": "string", "len": "number", "shmid": "number"]))
    #expect(attached["type"] == "shmat" && attached.number("shmid") == 5)
    let detached = try #require(events.line(.detaching(address: 0x1000)))
    #expect(detached.shape == ParsedLine.event(["addr": "string", "len": "number"]))
    #expect(detached["type"] == "shmdt" && detached.number("len") == 4096)
  }

  private func clone(stack: UInt64?) -> MappingEvent.Fact {
    .taskCreated(
      MappingEvent.TaskCreated(
        flags: [.vm, .thread], childProcess: ProcessID(100), childThread: ThreadID(101),
        childSpace: EventLines.key, stackPointer: stack))
  }

  @Test("a clone tells the child, its flags, and the mapping that its stack lies in")
  func clone() throws {
    events.map(0x1000, 8192)
    let line = try #require(events.line(clone(stack: 0x3000)))
    #expect(
      line.shape
        == ParsedLine.event([
          "child_pid": "number", "child_tid": "number", "flags": "list", "child_stack": "string",
          "mapping": "string", "stack": "null",
        ]))
    #expect(line["type"] == "clone" && line.list("flags") == ["vm", "thread"])
    #expect(line.number("child_pid") == 100 && line.number("child_tid") == 101)
    #expect(line["child_stack"] == "0x3000" && line["mapping"] == "0x1000")
  }

  @Test("a clone without a stack of its own, or with one in no mapping, has null for it")
  func cloneWithoutStack() throws {
    let without = try #require(events.line(clone(stack: nil)))
    #expect(without.isNull("child_stack") && without.isNull("mapping"))
    let nowhere = try #require(events.line(clone(stack: 0x9_0000)))
    #expect(nowhere["child_stack"] == "0x90000" && nowhere.isNull("mapping"))
  }

  @Test("an exec tells the program and is of the new space, under the new name")
  func exec() throws {
    let line = try #require(
      events.line(
        .execed(
          MappingEvent.Execed(
            caller: ThreadID(100), name: ThreadName("ls"),
            executable: events.texts.intern("/bin/ls"))), space: SpaceKey(0xb)))
    #expect(line.shape == ParsedLine.event(["exe": "string"]))
    #expect(line["type"] == "exec" && line["exe"] == "/bin/ls" && line["comm"] == "ls")
    #expect(line.number("space") == 2)
  }

  @Test("an exit tells whether the process ended with it, and has the thread's name")
  func exit() throws {
    events.line(clone(stack: nil))
    let first = try #require(
      events.line(.taskExited(last: false, withProcess: false, code: 0), thread: 101, space: nil))
    #expect(first.shape == ParsedLine.event(["last": "bool"]))
    #expect(first["type"] == "exit" && first.flag("last") == false && first.number("tid") == 101)
    let last = try #require(
      events.line(.taskExited(last: true, withProcess: true, code: 0), space: nil))
    #expect(last.flag("last") == true && last["comm"] == "server" && last.number("space") == 1)
  }

  @Test("failed calls, first halves of calls and facts outside of the contract have no line")
  func silent() {
    events.map(0x1000, 8192)
    #expect(events.line(.unmapping(address: 0x1001, bytes: 4096)) == nil)
    #expect(events.line(.protected(address: 0x9_0000, bytes: 4096, prot: 1, error: 12)) == nil)
    #expect(
      events.line(
        .remapped(
          MappingEvent.Remapped(oldAddress: 0x1000, oldBytes: 1, newBytes: 2, result: nil)))
        == nil)
    #expect(events.line(.renamed(ThreadName("new"))) == nil)
    #expect(events.line(.unsure(address: 0, bytes: 0, syscall: 1)) == nil)
    #expect(events.line(.spaceEnded) == nil)
    #expect(events.lines.isEmpty)
  }
}
