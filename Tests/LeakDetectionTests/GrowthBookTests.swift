// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Growth that has a reason is told with it, once and again when it doubles.
@Suite struct GrowthBookTests {
  private func told(_ program: Program, until end: UInt64) -> [String] {
    var watch = Watch(program)
    var book = GrowthBook()
    var lines: [String] = []
    var next = 0
    for ms in stride(from: 500 as UInt64, through: end, by: 500) {
      while next < program.events.count, program.events[next].when <= instant(ms) {
        watch.take(program.events[next])
        next += 1
      }
      watch.judge(at: instant(ms))
      for growth in book.news(watch.ledger, blamed: watch.book.verdicts, at: instant(ms)) {
        lines.append(
          "\(ms) \(growth.subject.origin.kind.rawValue) \(growth.bytes >> 20) \(growth.reason)")
      }
    }
    return lines
  }

  @Test("a pool that is full is told as one when it has been as large for long enough")
  func pool() {
    var program = Program()
    for number in 0..<50 { program.mapBlock(number, 1 << 20, at: UInt64(number) * 20) }
    #expect(
      told(program, until: 60_000) == [
        "11000 anonymous 50 settled(count: 50, quiet: 10020000000)"
      ])
  }

  @Test("what is placed inside a reservation is told, as is the reservation")
  func reservation() {
    var program = Program()
    program.add(
      .mapped(
        MappingEvent.Mapped(
          address: 0x2000_0000_0000, bytes: 1 << 30, protection: [],
          flags: [.private, .anonymous, .noReserve])), at: 0, from: 9)
    program.add(
      .mapped(
        MappingEvent.Mapped(
          address: 0x2000_0000_0000, bytes: 4 << 20, protection: [.read, .write],
          flags: [.private, .anonymous, .fixed])), at: 700, from: 8)
    #expect(
      told(program, until: 3000) == [
        "500 anonymous 1024 reserved(count: 1, committed: 0)", "1000 anonymous 4 placed(count: 1)",
      ])
  }

  @Test("what a verdict speaks of is not explained away")
  func blamed() {
    var program = Program()
    for number in 0..<300 { program.mapBlock(number, 1 << 20, at: UInt64(number) * 100) }
    #expect(told(program, until: 30_000).isEmpty)
  }
}
