// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Reporting

@Suite struct FocusReportTests {
  @Test("mappings of one kind and one size are one group, the largest sum first")
  func groups() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    for index in 0..<3 { machine.map(100, 0x7000_0000 + UInt64(index) << 20, 65536, at: 1) }
    machine.map(100, 0x9000_0000, 131_072, at: 1)
    machine.map(100, 0xa000_0000, 65536, at: 1)
    machine.start(101, of: 100, below: 0xa001_0000, at: 1)
    let report = try #require(machine.focus(on: 100, at: 2))
    #expect(
      report.groups.map { "\($0.count) \($0.kind.rawValue) \($0.unitBytes) \($0.bytes)" } == [
        "3 anonymous 65536 196608", "1 anonymous 131072 131072", "1 thread-stack 65536 65536",
        "1 anonymous 4096 4096",
      ])
  }

  @Test("equal mappings of several callers are several groups")
  func origins() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [65536])
    for index in 0..<6 {
      // Two call paths of one function, and one of another.
      machine.map(100, 0x7000_0000 + UInt64(index) << 20, 65536, at: 1, stack: Int32(index % 3))
    }
    let names = [CallPathID(0): "load", CallPathID(1): "store", CallPathID(2): "load"]
    let report = try #require(machine.focus(on: 100, at: 2, origin: { names[$0] }))
    #expect(
      report.groups.map { "\($0.count) \($0.culprit ?? "-")" } == ["4 load", "2 store", "1 -"])
    #expect(
      report.mappings.map(\.culprit) == [nil, "load", "store", "load", "load", "store", "load"])
    #expect(
      report.groups.map { Set($0.origins.map(\.callPath)) } == [
        [CallPathID(0), CallPathID(2)], [CallPathID(1)], [nil],
      ])
  }

  @Test("call paths that turned out to be equal are one origin")
  func unified() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    for index in 0..<4 {
      machine.map(100, 0x7000_0000 + UInt64(index) << 20, 65536, at: 1, stack: Int32(index % 2))
    }
    machine.ledger.unify(CallPathID(1), with: CallPathID(0))
    let report = try #require(machine.focus(on: 100, at: 2))
    #expect(report.groups[0].origins == [Origin(kind: .anonymous, callPath: CallPathID(0))])
    #expect(report.mappings.compactMap(\.callPath?.raw) == [0, 1, 0, 1])
  }

  @Test("the origin of a thread stack has the whole stack's size, also for its guard page")
  func stackOrigin() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.map(100, 0x7000_0000, 65536, at: 1, stack: 3)
    machine.apply(100, at: 1, .protected(address: 0x7000_0000, bytes: 4096, prot: 0, error: 0))
    machine.start(101, of: 100, below: 0x7001_0000, at: 1)
    let rows = try #require(machine.focus(on: 100, at: 2)).mappings
    #expect(rows.map(\.kind) == [.anonymous, .guard, .threadStack])
    let stack = Origin(kind: .threadStack, callPath: CallPathID(3), unitBytes: 65536)
    #expect(rows.map(\.origin) == [Origin(kind: .anonymous, unitBytes: 4096), stack, stack])
  }

  @Test("groups tell how long ago their mappings were made")
  func ages() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [65536])
    for (index, at) in [3690.0, 3695, 3650, 3200, 200, 1].enumerated() {
      machine.map(100, 0x7000_0000 + UInt64(index) << 20, 65536, at: at)
    }
    let report = try #require(machine.focus(on: 100, at: 3700))
    #expect(AgeHistogram.labels == ["<10s", "<1m", "<10m", "<1h", "older", "before"])
    #expect(report.groups.map(\.ages.counts) == [[1, 2, 1, 1, 1, 1]])
  }

  @Test("smaller mappings are left out of table and groups, counted, and part of the sums")
  func leastBytes() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096, 65536, 1 << 20])
    let report = try #require(machine.focus(on: 100, leastBytes: 65536, at: 1))
    #expect(report.mappings.map(\.range.length) == [65536, 1 << 20])
    #expect(report.groups.map(\.unitBytes) == [1 << 20, 65536])
    #expect(report.leftOut == 1)
    #expect(report.header.mappings == 3 && report.row.mappings == 3)
    #expect(report.row.virtualBytes == 4096 + 65536 + 1 << 20)
  }

  @Test("rows are in address order and have their birth and the thread whose stack they are")
  func rows() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.map(100, 0x7100_0000, 65536, at: 2)
    machine.map(100, 0x7000_0000, 65536, at: 3)
    machine.start(101, of: 100, below: 0x7101_0000, at: 4)
    machine.start(102, of: 100, below: 0x7001_0000, at: 4)
    machine.exit(102, of: 100, at: 5)
    let rows = try #require(machine.focus(on: 100, at: 6)).mappings
    #expect(rows.map(\.range.start) == [0x1000_0000, 0x7000_0000, 0x7100_0000])
    #expect(rows.map(\.isSeeded) == [true, false, false])
    #expect(rows.map(\.born) == [nil, TracedMachine.at(3), TracedMachine.at(2)])
    #expect(rows.map(\.kind) == [.anonymous, .threadStack, .threadStack])
    #expect(rows.map { $0.thread?.id.raw } == [nil, 102, 101])
    #expect(rows.map { $0.thread?.isAlive } == [nil, false, true])
    #expect(rows.map(\.offset) == [nil, nil, nil])
  }

  @Test("a file's mapping has its path, and the offset of where it starts now")
  func file() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    let identity = FileIdentity(device: 8, inode: 42)
    machine.apply(
      100, at: 1,
      .mapped(
        MappingEvent.Mapped(
          address: 0x7000_0000, bytes: 16384, protection: .read, flags: .private,
          file: MappingEvent.MappedFile(identity: identity, offset: 8192))))
    machine.unmap(100, 0x7000_0000, 4096, at: 2)
    var texts = TextTable()
    machine.ledger.setPath(texts.intern("/usr/lib/libx.so"), of: identity)
    let space = try #require(machine.space(100))
    let row = try #require(mappingRows(of: space, machine.ledger, texts).last)
    #expect(row.path == "/usr/lib/libx.so")
    #expect(row.range == AddressRange(start: 0x7000_1000, end: 0x7000_4000))
    #expect(row.offset == 12288)
    #expect(row.kind == .file && !row.isShared && row.protection == .read)
  }

  @Test("a report on one space has its own verdicts and processes")
  func leaks() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.list(200, "other", bytes: [4096])
    machine.map(100, 0x7000_0000, 65536, at: 1)
    machine.start(101, of: 100, below: 0x7001_0000, at: 1)
    let leaks = [machine.leak(100, .leaking), machine.leak(200, .suspect)]
    let report = try #require(machine.focus(on: 100, at: 2, leaks: leaks))
    #expect(report.leaks.map(\.verdict.standing) == [.leaking])
    #expect(report.row.standing == .leaking)
    #expect(report.processes.map { "\($0.id.raw) \($0.name) \($0.threads)" } == ["100 server 2"])
  }
}
