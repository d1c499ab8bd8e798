// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Testing

@testable import Renderers
@testable import Reporting

/// Lines that say what is there have exactly the fields of the contract, with their types.
@Suite struct ReportNDJSONTests {
  private static let when = KernelInstant(nanoseconds: 5000)
  private static let subject = LineSubject(
    when: when, process: ProcessID(100), name: "server", space: 3)

  private func start(_ processes: [ProcessID]?) throws -> ParsedLine {
    try ParsedLine.written {
      $0.write(
        StreamStart(
          when: Self.when, version: "0.1.0", kernel: "6.18.1", architecture: "x86_64",
          wall: "2026-11-23T13:00:00Z", processes: processes,
          attached: [("sys_exit_mmap", "tracepoint"), ("exit", "tracepoint")]))
    }
  }

  @Test("the first line tells schema, version, kernel, scope and hooks")
  func start() throws {
    let system = try start(nil)
    #expect(
      system.shape
        == ParsedLine.event([
          "schema": "number", "version": "string", "kernel": "string", "arch": "string",
          "wall": "string", "scope": "string", "attached": "list",
        ]))
    #expect(system["type"] == "start" && system["scope"] == "system")
    #expect(system.number("schema") == 1 && system.number("ts_ns") == 5000)
    let attached = try #require(system.fields["attached"] as? [[String: String]])
    #expect(attached.map { $0["name"] } == ["sys_exit_mmap", "exit"])
    #expect(attached.map { $0["kind"] } == ["tracepoint", "tracepoint"])
  }

  @Test("a scope of processes is the list of them")
  func scope() throws {
    let some = try start([ProcessID(7), ProcessID(8)])
    #expect(some.fields["scope"] as? [Int] == [7, 8])
    #expect(try start([]).fields["scope"] as? [Int] == [])
  }

  @Test(
    "a process tells where it came from", arguments: [Process.Origin.seeded, .forked, .started])
  func process(origin: Process.Origin) throws {
    var process = try #require(EventLines().ledger.processes[ProcessID(100)])
    process.origin = origin
    let known = try ParsedLine.written {
      $0.write(process, Self.subject, exe: "/bin/server", cgroup: "/system.slice")
    }
    #expect(
      known.shape
        == ParsedLine.event([
          "origin": "string", "parent_pid": "number", "exe": "string", "cgroup": "string",
        ]))
    #expect(known["type"] == "process" && known["origin"] == origin.rawValue)
    #expect(known.number("parent_pid") == 1 && known.number("space") == 3)
    let unknown = try ParsedLine.written { $0.write(process, Self.subject, exe: nil, cgroup: nil) }
    #expect(unknown.isNull("exe") && unknown.isNull("cgroup"))
  }

  private var row: MappingRow {
    MappingRow(
      range: AddressRange(start: 0x7f3a_5c00_0000, length: 8192), protection: [.read, .write],
      isShared: false, kind: .threadStack, path: "", offset: nil,
      born: KernelInstant(nanoseconds: 77), isSeeded: false, origin: Origin(kind: .threadStack),
      callPath: CallPathID(4),
      thread: (ThreadID(101), false))
  }

  private static let mappingShape = ParsedLine.event([
    "addr": "string", "end": "string", "prot": "string", "share": "string", "kind": "string",
    "path": "null", "offset": "number", "born_ns": "number", "seeded": "bool", "stack": "number",
    "thread": "object",
  ])

  @Test("a mapping that is a stack tells whose, and when it was made")
  func mappingOfThread() throws {
    let stack = try ParsedLine.written { $0.write(row, Self.subject) }
    #expect(stack.shape == Self.mappingShape)
    #expect(stack["type"] == "mapping" && stack["kind"] == "thread-stack")
    #expect(stack["addr"] == "0x7f3a5c000000" && stack["end"] == "0x7f3a5c002000")
    #expect(stack.number("born_ns") == 77 && stack.flag("seeded") == false)
    let thread = try #require(stack.fields["thread"] as? [String: Any])
    #expect(thread["tid"] as? Int == 101 && thread["alive"] as? Bool == false && thread.count == 2)
  }

  @Test("a mapping from before the tracer has no birth, and one of a file has a path")
  func mappingOfFile() throws {
    var row = row
    row.path = "/lib/libc.so.6"
    row.offset = 4096
    row.born = nil
    row.isSeeded = true
    row.callPath = nil
    row.thread = nil
    row.isShared = true
    row.kind = .file
    let file = try ParsedLine.written { $0.write(row, Self.subject) }
    #expect(
      file.shape
        == Self.mappingShape.merging(
          ["path": "string", "born_ns": "null", "stack": "null", "thread": "null"]) { $1 })
    #expect(file["share"] == "shared" && file.number("offset") == 4096)
    #expect(file.flag("seeded") == true)
  }

  @Test("every kind of mapping has the name of the contract")
  func kinds() {
    #expect(
      Set(MappingKind.allCases.map(\.rawValue)) == [
        "anonymous", "file", "heap", "main-stack", "thread-stack", "guard", "shared-memory",
        "special",
      ])
  }

  @Test("the close of a snapshot counts mappings and spaces")
  func snapshot() throws {
    let line = try ParsedLine.written { $0.writeSnapshot(mappings: 12, spaces: 3, at: Self.when) }
    #expect(
      line.shape == ParsedLine.event(["mappings": "number", "spaces": "number"]))
    #expect(line["type"] == "snapshot" && line.number("mappings") == 12)
  }
}
