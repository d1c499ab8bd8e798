// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Address space reserved without access, and what is made accessible of it.
@Suite struct ArenaTests {
  private func reserve(
    _ number: Int, _ bytes: UInt64, at ms: UInt64, in program: inout Program
  ) {
    program.add(
      .mapped(
        MappingEvent.Mapped(
          address: 0x2000_0000_0000 + UInt64(number) << 30, bytes: bytes, protection: [],
          flags: [.private, .anonymous, .noReserve])), at: ms, from: 9)
  }

  private func open(
    _ number: Int, _ from: UInt64, _ to: UInt64, at ms: UInt64, by stack: Int32,
    in program: inout Program
  ) {
    let start = 0x2000_0000_0000 + UInt64(number) << 30
    program.add(
      .protected(address: start + from, bytes: to - from, prot: 3, error: 0), at: ms, from: stack)
  }

  @Test("reservations that keep coming leak within 15 s when some of each is used")
  func usedReservations() throws {
    var program = Program()
    for tick in 0..<100 {
      reserve(tick, 256 << 20, at: UInt64(tick) * 250, in: &program)
      open(tick, 0, 64 << 10, at: UInt64(tick) * 250, by: 9, in: &program)
    }
    let watch = program.watched(until: 24_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.verdict?.subject.kind == .anonymous)
    #expect(watch.verdict?.callPath == CallPathID(9))
  }

  @Test("reservations that were used for a moment, and are kept, leak as soon")
  func decommitted() throws {
    var program = Program()
    for tick in 0..<100 as Range<UInt64> {
      let number = Int(tick)
      reserve(number, 16 << 20, at: tick * 250, in: &program)
      open(number, 0, 128 << 10, at: tick * 250, by: 9, in: &program)
      program.add(
        .protected(
          address: 0x2000_0000_0000 + tick << 30, bytes: 128 << 10, prot: 0, error: 0),
        at: tick * 250 + 50)
    }
    let watch = program.watched(until: 24_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.verdict?.callPath == CallPathID(9))
  }

  @Test("one reservation of which ever more is made accessible leaks as a heap does")
  func linearMemory() throws {
    var program = Program()
    reserve(0, 4 << 30, at: 0, in: &program)
    for tick in 0..<120 as Range<UInt64> {
      open(0, tick << 18, (tick + 1) << 18, at: 10 + tick * 150, by: 3, in: &program)
    }
    let watch = program.watched(until: 18_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.kind == .heap && verdict.callPath == CallPathID(3))
    #expect(verdict.bytes == 120 << 18)
  }

  @Test(
    "one of which ever more is made accessible leaks also when it was there before",
    arguments: [1 << 20, 64 << 20, 640 << 20] as [UInt64])
  func linearMemoryFromBefore(used: UInt64) throws {
    var program = Program()
    for tick in 0..<120 as Range<UInt64> {
      open(
        0, used + tick << 18, used + (tick + 1) << 18, at: 10 + tick * 150, by: 3, in: &program)
    }
    let watch = program.watched(until: 18_000, besides: reservationBefore(used: used))
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.kind == .heap && verdict.callPath == CallPathID(3))
    #expect(verdict.bytes == 120 << 18)
  }

  @Test("what creeps by chance on top of much that was there before is no leak")
  func creepFromBefore() {
    var program = Program()
    var dice = SplitMix64(state: 11)
    var used: UInt64 = 64 << 20
    var now: UInt64 = 10
    while now < 30_000 {
      open(0, used, used + 64 << 10, at: now, by: 3, in: &program)
      used += 64 << 10
      now += UInt64.random(in: 200...4000, using: &dice)
    }
    let watch = program.watched(until: 30_000, besides: reservationBefore(used: 64 << 20))
    #expect(watch.leakingSince == nil)
  }

  /// As the kernel lists a reservation of 4 GiB of which so much is accessible.
  private func reservationBefore(used: UInt64) -> [SpaceSnapshot.Area] {
    let start: UInt64 = 0x2000_0000_0000
    return [
      .init(range: .init(start: start, length: used), protection: [.read, .write]),
      .init(range: .init(start: start + used, length: 4 << 30 - used), protection: []),
    ]
  }

  @Test("a reservation that is used up to a working size, and shrunk and grown, is no leak")
  func workingSize() {
    var program = Program()
    reserve(0, 4 << 30, at: 0, in: &program)
    for round in 0..<6 as Range<UInt64> {
      for tick in 0..<70 as Range<UInt64> {
        open(
          0, tick << 18, (tick + 1) << 18, at: 10 + round * 10_000 + tick * 100, by: 3,
          in: &program)
      }
      program.add(
        .protected(address: 0x2000_0000_0000 + 1 << 20, bytes: 69 << 18, prot: 0, error: 0),
        at: round * 10_000 + 9000)
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test("reservations that are not used are suspect at most, for a minute")
  func unusedReservations() {
    var program = Program()
    for tick in 0..<100 { reserve(tick, 256 << 20, at: UInt64(tick) * 250, in: &program) }
    let watch = program.watched(until: 24_000)
    #expect(watch.leakingSince == nil)
    #expect(watch.standing == ["suspect 97"])
  }

  @Test("of a heap in arenas, the call path that made most of it accessible is named")
  func extender() throws {
    var program = Program()
    reserve(0, 64 << 20, at: 0, in: &program)
    for tick in 0..<200 as Range<UInt64> {
      let stack: Int32 = tick % 4 == 0 ? 3 : 4
      open(
        0, tick * 65_536, (tick + 1) * 65_536, at: 10 + tick * 100, by: stack, in: &program)
    }
    let verdict = try #require(program.watched(until: 20_000).verdict)
    #expect(verdict.standing == .leaking)
    #expect(verdict.subject.kind == .heap && verdict.subject.origin.manner == .committed)
    #expect(verdict.callPath == CallPathID(4))
    #expect(
      verdict.evidence.contains {
        if case .extenders(stacks: 2, let share) = $0 { return share == 0.75 }
        return false
      })
  }

  /// Arenas that were there before, 12 MiB of each accessible.
  private func arenas(_ count: Int) -> [SpaceSnapshot.Area] {
    (0..<count).flatMap { number -> [SpaceSnapshot.Area] in
      let start = 0x2000_0000_0000 + UInt64(number) << 30
      let used = start + 12 << 20
      return [
        .init(range: .init(start: start, end: used), protection: [.read, .write]),
        .init(range: .init(start: used, end: start + 64 << 20), protection: []),
      ]
    }
  }

  @Test("arenas from before that come to lie ever less densely are no leak")
  func creepingArenas() {
    // Four threads that malloc and free at random, as recorded: seconds, and KiB made accessible.
    let steps: [(Double, UInt64)] = [
      (0.5, 168), (1.3, 236), (3.6, 132), (4.9, 264), (5.7, 132), (6.2, 312), (7.1, 264),
      (7.9, 264),
      (9.3, 28), (11.2, 192), (12.1, 404), (12.4, 532), (12.9, 280), (17.6, 544), (18.4, 420),
      (19.1, 540), (25.7, 264), (26.9, 268), (27.8, 200), (28.5, 140), (29.2, 140), (37.3, 96),
    ]
    var program = Program()
    for (number, step) in steps.enumerated() {
      let arena = number % 4
      let used =
        12 << 20
        + steps[..<number].enumerated().reduce(UInt64(0)) {
          $0 + ($1.offset % 4 == arena ? $1.element.1 << 10 : 0)
        }
      open(
        arena, used, used + step.1 << 10, at: UInt64(step.0 * 1000), by: 3, in: &program)
    }
    #expect(program.watched(until: 60_000, besides: arenas(4)).leakingSince == nil)
  }

  @Test("a leak into arenas of long ago is told within 15 s where it is even, and else in time")
  func leakIntoArenas() throws {
    for (every, limit) in [(100, 15_000), (1000, 60_000)] as [(UInt64, UInt64)] {
      var program = Program()
      for tick in 0..<(60_000 / every) {
        let used = 12 << 20 + tick / 4 * every * 1024
        open(
          Int(tick % 4), used, used + every * 1024, at: 10 + tick * every, by: 3, in: &program)
      }
      let watch = program.watched(until: 60_000, besides: arenas(4))
      #expect(try #require(watch.leakingSince) <= limit)
    }
  }

  @Test("extenders that turn out to be one call path are named together")
  func unifiedExtenders() throws {
    var program = Program()
    reserve(0, 64 << 20, at: 0, in: &program)
    for tick in 0..<200 as Range<UInt64> {
      open(
        0, tick * 65_536, (tick + 1) * 65_536, at: 10 + tick * 100, by: Int32(tick % 5 + 1),
        in: &program)
    }
    var watch = Watch(program)
    for event in program.events { watch.take(event) }
    watch.ledger.unify(CallPathID(4), with: CallPathID(3))
    watch.judge(at: instant(20_000))
    #expect(watch.verdict?.callPath == CallPathID(3))
  }
}
