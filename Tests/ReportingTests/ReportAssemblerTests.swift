// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Reporting

@Suite struct ReportAssemblerTests {
  private let mebibyte: UInt64 = 1 << 20

  @Test("leaks come first, then suspects, then the rest by growth and by size")
  func ranking() {
    let machine = TracedMachine()
    for process in [100, 200, 300, 400, 500, 600] as [UInt32] {
      machine.list(process, "p\(process)", bytes: [UInt64(process) << 12])
    }
    machine.map(100, 0x7000_0000, 64 << 20, at: 1)
    machine.map(200, 0x7000_0000, 4096, at: 1)
    machine.map(300, 0x7000_0000, 1 << 20, at: 1)
    machine.unmap(600, 0x1000_0000, 4096, at: 1)
    let leaks = [machine.leak(200, .leaking), machine.leak(300, .suspect)]
    let rows = machine.system(at: 2, leaks: leaks).rows
    #expect(rows.map(\.process.raw) == [200, 300, 100, 500, 400, 600])
    #expect(rows.map(\.standing) == [.leaking, .suspect, nil, nil, nil, nil])
  }

  @Test("a process with two verdicts has the worse standing, and a withdrawn verdict is none")
  func graver() {
    let machine = TracedMachine()
    machine.list(100, "a", bytes: [4096])
    machine.list(200, "b", bytes: [1 << 20])
    let leaks = [
      machine.leak(100, .suspect), machine.leak(100, .leaking), machine.leak(200, .withdrawn),
    ]
    let rows = machine.system(at: 1, leaks: leaks).rows
    #expect(rows.map(\.standing) == [.leaking, .withdrawn])
    #expect(rows.map(\.process.raw) == [100, 200])
  }

  @Test("growth counts from the first list on, up and down, and per minute of that time")
  func growth() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4 << 20, 1 << 20], at: 10)
    machine.map(100, 0x7000_0000, 3 << 20, at: 20)
    let grown = machine.system(at: 40).rows[0]
    #expect(grown.virtualBytes == 8 << 20)
    #expect(grown.virtualGrowth == 3 << 20)
    #expect(grown.virtualPerMinute == 6 << 20)
    #expect(grown.mappings == 3)
    machine.unmap(100, 0x1000_0000, 4 << 20, at: 50)
    let shrunk = machine.system(at: 70).rows[0]
    #expect(shrunk.virtualGrowth == -1 << 20)
    #expect(shrunk.virtualPerMinute == -1 << 20)
  }

  @Test("a process that just started has no rate per minute")
  func young() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096], at: 10)
    machine.map(100, 0x7000_0000, 1 << 20, at: 11)
    #expect(machine.system(at: 14.9).rows[0].virtualPerMinute == 0)
    #expect(machine.system(at: 15).rows[0].virtualPerMinute == 12 << 20)
  }

  @Test("a forked child's growth counts from the fork")
  func forked() {
    let machine = TracedMachine()
    machine.list(100, "parent", bytes: [8 << 20])
    machine.apply(
      100, at: 1,
      .taskCreated(
        MappingEvent.TaskCreated(
          flags: [], childProcess: ProcessID(200), childThread: ThreadID(200),
          childSpace: TracedMachine.key(200), stackPointer: nil, name: ThreadName("child"))))
    machine.map(200, 0x7000_0000, 1 << 20, at: 2)
    let rows = machine.system(at: 31).rows
    #expect(rows.map(\.process.raw) == [200, 100])
    #expect(rows[0].name == "child")
    #expect(rows.map(\.virtualGrowth) == [1 << 20, 0])
    #expect(rows[0].virtualPerMinute == 2 << 20)
  }

  @Test("rates of maps and unmaps count from the report before")
  func rates() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    for index in 0..<20 { machine.map(100, 0x7000_0000 + UInt64(index) << 16, 4096, at: 1) }
    let first = machine.system(at: 10).rows[0]
    #expect(first.mapsPerSecond == 2 && first.unmapsPerSecond == 0)
    for index in 0..<10 { machine.unmap(100, 0x7000_0000 + UInt64(index) << 16, 4096, at: 11) }
    let second = machine.system(at: 12).rows[0]
    #expect(second.mapsPerSecond == 0 && second.unmapsPerSecond == 5)
    let third = machine.system(at: 13).rows[0]
    #expect(third.mapsPerSecond == 0 && third.unmapsPerSecond == 0)
  }

  @Test("an unmap that fails after a report makes no negative rate")
  func failedUnmap() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.unmap(100, 0x1000_0000, 4096, at: 1)
    #expect(machine.system(at: 2).rows[0].unmapsPerSecond == 0.5)
    machine.apply(100, at: 2.1, .unmapFailed)
    let row = machine.system(at: 3).rows[0]
    #expect(row.unmapsPerSecond == 0)
    #expect(row.virtualGrowth == 0)
  }

  @Test("two reports at one moment have no rates and do not divide by zero")
  func sameMoment() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.map(100, 0x7000_0000, 4096, at: 0)
    _ = machine.system(at: 0)
    let row = machine.system(at: 0).rows[0]
    #expect(row.mapsPerSecond == 0 && row.virtualPerMinute == 0)
  }

  @Test("resident growth counts from the first size that was known")
  func residentGrowth() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    #expect(machine.system(at: 1).rows[0].residentBytes == nil)
    #expect(machine.system(at: 2, resident: [100: 5 << 20]).rows[0].residentGrowth == 0)
    #expect(machine.system(at: 3).rows[0].residentGrowth == 0)
    let row = machine.system(at: 4, resident: [100: 4 << 20]).rows[0]
    #expect(row.residentBytes == 4 << 20 && row.residentGrowth == -1 << 20)
  }

  @Test("a chart of sizes begins with the account of growth, not with the first report")
  func chartBegins() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [mebibyte])
    machine.map(100, 0x7000_0000, 2 * mebibyte, at: 0.2)
    machine.assembler.begin(machine.ledger, at: TracedMachine.at(0.5)) { _ in 4096 }
    machine.map(100, 0x7100_0000, 4 * mebibyte, at: 1.5)
    let row = try #require(machine.system(at: 2, resident: [100: 8192]).rows.first)
    #expect(row.history.map(\.when) == [TracedMachine.at(0), TracedMachine.at(2)])
    #expect(row.history.map(\.virtualBytes) == [mebibyte, 7 * mebibyte])
    #expect(row.history.map(\.residentBytes) == [4096, 8192])
    #expect(row.virtualGrowth == Int64(6 * mebibyte) && row.residentGrowth == 4096)
  }

  @Test("a report on one process does not change the accounts of others")
  func focusBetween() {
    let machine = TracedMachine()
    machine.list(100, "a", bytes: [4096])
    machine.list(200, "b", bytes: [4096])
    let resident: [UInt32: UInt64] = [100: 1 << 20, 200: 1 << 20]
    _ = machine.system(at: 10, resident: resident)
    for index in 0..<10 { machine.map(200, 0x7000_0000 + UInt64(index) << 16, 4096, at: 11) }
    _ = machine.focus(on: 100, at: 11, resident: resident)
    let row = machine.system(at: 12, resident: [100: 1 << 20, 200: 3 << 20]).rows[0]
    #expect(row.process == ProcessID(200))
    #expect(row.mapsPerSecond == 5)
    #expect(row.residentGrowth == 2 << 20)
  }

  @Test("the growing kind is the one that grew most, or none when nothing grew")
  func growingKind() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [8 << 20])
    #expect(machine.system(at: 1).rows[0].growingKind == nil)
    machine.apply(100, at: 2, .breakSet(start: 0x5000_0000, brk: 0x5000_0000))
    machine.apply(100, at: 2, .breakSet(start: 0x5000_0000, brk: 0x5020_0000))
    machine.map(100, 0x7000_0000, 1 << 20, at: 3)
    #expect(machine.system(at: 4).rows[0].growingKind == .heap)
    machine.map(100, 0x7100_0000, 4 << 20, at: 5)
    machine.start(101, of: 100, below: 0x7140_0000, at: 5)
    #expect(machine.system(at: 6).rows[0].growingKind == .threadStack)
    machine.unmap(100, 0x5000_0000, 0x3000_0000, at: 7)
    machine.unmap(100, 0x1000_0000, 4096, at: 7)
    #expect(machine.system(at: 8).rows[0].growingKind == nil)
  }

  @Test("there is no growing kind when the space as a whole did not grow")
  func noGrowth() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [8 << 20])
    machine.unmap(100, 0x1000_0000, 4 << 20, at: 1)
    machine.apply(100, at: 2, .breakSet(start: 0x5000_0000, brk: 0x5000_0000))
    machine.apply(100, at: 2, .breakSet(start: 0x5000_0000, brk: 0x5040_0000))
    let row = machine.system(at: 3).rows[0]
    #expect(row.virtualGrowth == 0 && row.growingKind == nil)
  }

  @Test("a row says what limits the trust in it")
  func caveats() {
    let machine = TracedMachine()
    machine.list(100, "good", bytes: [4096])
    machine.list(200, "lossy", bytes: [4096])
    machine.list(300, "old", bytes: [4096], isCompat: true)
    machine.admit(400, "new")
    machine.ledger.noteLoss(in: TracedMachine.key(200))
    let rows = machine.system(at: 1).rows.sorted { $0.process < $1.process }
    #expect(rows.map(\.caveats) == [[], [.lostEvents], [.compat], [.notYetListed]])
    #expect(rows[3].virtualGrowth == 0 && rows[3].growingKind == nil)
  }

  @Test("processes that share a space are one row, and a space without any is none")
  func sharing() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.admit(101, "helper", in: TracedMachine.key(100))
    machine.list(200, "gone", bytes: [1 << 20])
    machine.apply(200, at: 1, .taskExited(last: true, withProcess: true, code: 0))
    let report = machine.system(at: 2)
    #expect(report.rows.map(\.name) == ["server"])
    #expect(report.rows[0].otherProcesses == 1)
    #expect(report.header.processes == 2)
    #expect(report.header.mappings == 1)
    #expect(report.header.virtualBytes == 4096)
    #expect(report.header.elapsed == 2_000_000_000)
  }

  @Test("a verdict on a process that is gone is still in the report")
  func leakOfTheDead() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    let report = machine.system(at: 1, leaks: [machine.leak(900, .leaking)])
    #expect(report.leaks.count == 1)
    #expect(report.rows.map(\.standing) == [nil])
  }
}
