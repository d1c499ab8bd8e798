// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Reporting

@Suite struct ProfileReportTests {
  private static func profile(_ machine: TracedMachine, blaming: [Verdict] = []) -> ProfileReport {
    let header = machine.system(at: 10).header
    return ProfileReport(of: machine.ledger, header: header, verdicts: blaming)
  }

  @Test("live memory is summed by space and kind; memory from before tracing is not new")
  func sums() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [8192, 4096])
    machine.map(100, 0x7000_0000, 1 << 20, at: 2)
    machine.map(100, 0x7100_0000, 1 << 20, at: 4)
    machine.map(100, 0x7200_0000, 1 << 20, at: 6)
    machine.unmap(100, 0x7200_0000, 1 << 20, at: 7)
    let samples = Self.profile(machine).samples
    let sample = try #require(samples.first)
    #expect(samples.count == 1 && sample.processName == "server" && sample.kind == .anonymous)
    #expect(sample.live == .init(count: 4, bytes: 2_097_152 + 12_288))
    #expect(sample.fresh == .init(count: 2, bytes: 2_097_152))
    #expect(sample.leaked == .init())
    // Without call paths there is an origin for each size.
    #expect(
      sample.origins
        == Set([8192, 4096, 1 << 20].map { Origin(kind: .anonymous, unitBytes: $0) }))
  }

  @Test("growth runs from the first new mapping to now and never falls")
  func retained() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [8192])
    machine.map(100, 0x7000_0000, 4096, at: 2)
    machine.map(100, 0x7100_0000, 4096, at: 6)
    let retained = try #require(Self.profile(machine).samples.first).retained
    #expect(retained.first?.when == TracedMachine.at(2))
    #expect(retained.first?.amount == .init(count: 1, bytes: 4096))
    #expect(retained.last?.when == TracedMachine.at(10))
    #expect(retained.last?.amount == .init(count: 2, bytes: 8192))
    let bytes = retained.map(\.amount.bytes)
    #expect(bytes == bytes.sorted())
    #expect(retained.first { $0.amount.count == 2 }.map { $0.when >= TracedMachine.at(6) } == true)
  }

  @Test("only memory that a verdict on its space blames is leaking, and it comes first")
  func leaked() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [8192])
    machine.list(200, "other", bytes: [1 << 30])
    machine.map(100, 0x7000_0000, 4096, at: 2)
    machine.map(100, 0x7100_0000, 4096, at: 3)
    let space = try #require(machine.space(100)).id
    var blame = verdict(.leaking, count: 1, space: space)
    blame.ranges = [.init(start: 0x7100_0000, end: 0x7100_1000)]
    let samples = Self.profile(machine, blaming: [blame]).samples
    #expect(samples.map(\.processName) == ["server", "other"])
    #expect(samples.map(\.leaked) == [.init(count: 1, bytes: 4096), .init()])
    blame.standing = .suspect
    #expect(Self.profile(machine, blaming: [blame]).samples.allSatisfy { $0.leaked.bytes == 0 })
  }

  @Test("a stack and its guard, from one call, are one mapping of one kind, and leak as one")
  func guarded() throws {
    let machine = TracedMachine()
    machine.list(100, "server", bytes: [])
    machine.map(100, 0x7000_0000, 0x11000, at: 2)
    machine.apply(
      100, at: 2.1, .protected(address: 0x7000_0000, bytes: 0x1000, prot: 0, error: 0))
    machine.start(101, of: 100, below: 0x7001_1000, at: 2.2)
    machine.exit(101, of: 100, at: 3)
    let space = try #require(machine.space(100)).id
    var blame = verdict(.leaking, count: 1, space: space)
    blame.ranges = [.init(start: 0x7000_0000, end: 0x7001_1000)]
    let samples = Self.profile(machine, blaming: [blame]).samples
    #expect(samples.map(\.kind) == [.threadStack])
    #expect(samples.map(\.leaked) == [.init(count: 1, bytes: 0x11000)])
    #expect(samples.map(\.live) == [.init(count: 1, bytes: 0x11000)])
  }
}
