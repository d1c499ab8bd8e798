// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// What counts as one origin.
extension SteadyGrowthTests {
  @Test("files and shared memory that stay mapped are told as such")
  func otherKinds() throws {
    var program = Program()
    for tick in 0..<200 {
      program.mapBlock(
        tick, at: UInt64(tick) * 100, from: 4, flags: .private, file: UInt64(tick % 3) + 10)
      program.mapBlock(
        300 + tick, at: UInt64(tick) * 100, from: 5, flags: [.shared, .anonymous])
    }
    let watch = program.watched(until: 20_000)
    let kinds = watch.book.verdicts.map { "\($0.standing) \($0.subject.kind.rawValue)" }
    #expect(kinds.sorted() == ["leaking file", "leaking shared-memory"])
  }

  @Test("without call paths, mappings of one size are one origin")
  func withoutStacks() throws {
    var program = Program()
    for tick in 0..<200 {
      program.mapBlock(tick, 40 << 10, at: UInt64(tick) * 100, from: nil)
      program.useBlock(300 + tick % 9, 24 << 10, at: UInt64(tick) * 100, lives: 50, from: nil)
    }
    let watch = program.watched(until: 20_000)
    #expect(watch.leakingSince != nil)
    #expect(watch.verdict?.subject.origin.unitBytes == 40 << 10)
  }

  @Test("two stacks that turn out to be one call path have one verdict")
  func unified() throws {
    var program = Program()
    for tick in 0..<200 {
      program.mapBlock(tick, at: UInt64(tick) * 100, from: Int32(tick % 2 + 1))
    }
    var watch = Watch(program)
    for event in program.events { watch.take(event) }
    watch.ledger.unify(CallPathID(2), with: CallPathID(1))
    watch.judge(at: instant(20_000))
    #expect(watch.standing == ["leaking 200"])
    #expect(watch.verdict?.callPath == CallPathID(1))
  }

  @Test("mappings that each seem to come by a path of their own, until it is unwound, leak as one")
  func unifiedOneByOne() throws {
    var program = Program()
    for tick in 0..<66 { program.mapBlock(tick, at: UInt64(tick) * 300, from: Int32(tick)) }
    var watch = Watch(program)
    for (tick, event) in program.events.enumerated() {
      watch.take(event)
      if tick > 0 { watch.ledger.unify(CallPathID(Int32(tick)), with: CallPathID(0)) }
      if tick % 2 == 0 { watch.judge(at: event.when) }
    }
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.standing == ["leaking 65"])
    let verdict = try #require(watch.verdict)
    #expect(verdict.callPath == CallPathID(0))
    #expect(verdict.period == 300_000_000)
    #expect(verdict.first == instant(0))
  }
}
