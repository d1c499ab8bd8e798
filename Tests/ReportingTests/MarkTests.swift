// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Reporting

@Suite struct MarkTests {
  @Test(
    "after a mark growth and its rate count from there, of both sizes, and the header says since when"
  )
  func mark() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    machine.map(100, 0x7000_0000, 8 << 20, at: 5)
    #expect(machine.system(at: 10, resident: [100: 1 << 20]).header.mark == nil)
    #expect(machine.mark(at: 20, resident: [100: 2 << 20]) == 1)
    machine.map(100, 0x7800_0000, 1 << 20, at: 30)
    let report = machine.system(at: 50, resident: [100: 5 << 20])
    #expect(report.rows[0].virtualGrowth == 1 << 20)
    #expect(report.rows[0].virtualPerMinute == 2 << 20)
    #expect(report.rows[0].residentGrowth == 3 << 20)
    #expect(report.header.mark == ReportHeader.Mark(number: 1, at: TracedMachine.at(20)))
    #expect(report.header.elapsed == 50_000_000_000)
    #expect(machine.mark(at: 60) == 2)
    #expect(machine.system(at: 61).rows[0].virtualGrowth == 0)
  }

  @Test("a process that comes after a mark grows from its own beginning")
  func later() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    _ = machine.mark(at: 20)
    machine.list(200, "late", bytes: [8 << 20], at: 30)
    machine.map(200, 0x7000_0000, 1 << 20, at: 31)
    let rows = machine.system(at: 40).rows
    #expect(rows.map(\.process.raw) == [200, 100])
    #expect(rows.map(\.virtualGrowth) == [1 << 20, 0])
  }

  @Test("groups say how fast they grow and how often one comes, from the mark on")
  func groups() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    for index in 0..<6 {
      machine.map(100, 0x7000_0000 + UInt64(index) << 24, 8192, at: 10 + Double(index) * 5)
    }
    let group = try #require(machine.focus(on: 100, at: 60)?.groups.first { $0.unitBytes == 8192 })
    #expect(group.count == 6 && group.period == 5_000_000_000)
    #expect(group.bytesPerMinute == 6 * 8192)
    _ = machine.mark(at: 60)
    let after = try #require(machine.focus(on: 100, at: 70)?.groups.first { $0.unitBytes == 8192 })
    #expect(after.count == 6 && after.period == nil && after.bytesPerMinute == 0)
  }

  @Test("a mark does not cut off the history of sizes")
  func history() {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [4096])
    _ = machine.system(at: 1)
    machine.map(100, 0x7000_0000, 8192, at: 2)
    _ = machine.mark(at: 3)
    let row = machine.system(at: 4, resident: [100: 4096]).rows[0]
    #expect(row.history.map(\.virtualBytes) == [4096, 12288])
    #expect(row.history.map(\.residentBytes) == [nil, 4096])
  }
}
