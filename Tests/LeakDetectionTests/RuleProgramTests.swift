// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// For each rule a program that it catches, from events to the verdict; and that it does not where it
/// waits for a day. Rules of thread stacks and mappings; the others are in RuleProgramTests+Floors.swift.
@Suite struct RuleProgramTests {
  func expect(
    _ rule: RuleName, of program: Program, until end: UInt64,
    besides: [SpaceSnapshot.Area] = [], isEnding: Bool = false
  ) {
    let told = program.rules(until: end, besides: besides, isEnding: isEnding)
    #expect(told.contains(rule), "told by \(told)")
    let patient = LeakPolicy.standard.changing(rule) { $0.age = .seconds(86_400) }
    let later = program.rules(by: patient, until: end, besides: besides, isEnding: isEnding)
    #expect(!later.contains(rule), "though it waits for a day")
  }

  // MARK: Thread stacks

  /// Threads that nobody joins, one each so many ms.
  private func unjoined(_ count: Int, every ms: UInt64) -> Program {
    var program = Program()
    for tick in 0..<count {
      program.map(tick, at: UInt64(tick) * ms)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * ms)
    }
    return program
  }

  @Test("twenty stacks of a program that ends within a second are a leak")
  func threadStacksAtExit() {
    expect("thread-stacks-at-exit", of: unjoined(25, every: 20), until: 500, isEnding: true)
  }

  @Test("twenty stacks that newer ones passed over are a leak")
  func threadStacksPassedOver() {
    expect("thread-stacks-passed-over", of: unjoined(50, every: 100), until: 5000)
  }

  @Test("a few stacks that wait for long are a leak")
  func threadStacksWaiting() {
    expect("thread-stacks-waiting", of: unjoined(10, every: 100), until: 10_000)
  }

  @Test("a few stacks are a suspect")
  func fewThreadStacks() {
    expect("few-thread-stacks", of: unjoined(10, every: 100), until: 3000)
  }

  // MARK: Mappings

  private func reservations(_ count: Int, used: UInt64) -> Program {
    var program = Program()
    for tick in 0..<count as Range<Int> {
      let start = 0x2000_0000_0000 + UInt64(tick) << 30
      let at = UInt64(tick) * 250
      program.add(
        .mapped(
          MappingEvent.Mapped(
            address: start, bytes: 256 << 20, protection: [],
            flags: [.private, .anonymous, .noReserve])), at: at, from: 9)
      guard used > 0 else { continue }
      program.add(.protected(address: start, bytes: used, prot: 3, error: 0), at: at, from: 9)
    }
    return program
  }

  /// Mappings that stay, after each of `gaps` ms; `warmUp` others come within the first second.
  private func mappings(_ gaps: [UInt64], warmUp: Int = 0) -> Program {
    var program = Program()
    for number in 0..<warmUp { program.mapBlock(5000 + number, at: UInt64(number * 1000 / warmUp)) }
    var at: UInt64 = warmUp > 0 ? 2000 : 0
    for (number, gap) in gaps.enumerated() {
      program.mapBlock(number, at: at)
      at += gap
    }
    return program
  }

  private func random(_ count: Int, _ gaps: ClosedRange<UInt64>) -> [UInt64] {
    var dice = SplitMix64(state: 5)
    return (0..<count).map { _ in UInt64.random(in: gaps, using: &dice) }
  }

  @Test("address space that is reserved for a minute on end is a leak")
  func reservedAddressSpace() {
    expect("reserved-address-space", of: reservations(280, used: 0), until: 70_000)
  }

  @Test("reservations of which some is used are a leak sooner")
  func usedReservations() {
    expect("used-reservations", of: reservations(80, used: 64 << 10), until: 20_000)
  }

  @Test("one mapping every five seconds is a leak after the fourth")
  func slowClockwork() {
    expect("slow-clockwork", of: mappings(Array(repeating: 5000, count: 6)), until: 26_000)
  }

  @Test("one mapping every second and a half is a leak after thirteen seconds")
  func clockwork() {
    expect("clockwork", of: mappings(Array(repeating: 1500, count: 14)), until: 18_000)
  }

  @Test("ten mappings a second at equal distances are a leak after twelve seconds")
  func fastClockwork() {
    expect("fast-clockwork", of: mappings(Array(repeating: 100, count: 150)), until: 14_000)
  }

  @Test("mappings that come by chance, twice a second or so, are a leak after thirteen seconds")
  func steadyMappings() {
    expect("steady-mappings", of: mappings(random(50, 50...950)), until: 20_000)
  }

  @Test("mappings that come by chance and seldom are a leak after forty seconds")
  func patientMappings() {
    expect("patient-mappings", of: mappings(random(16, 800...7000)), until: 50_000)
  }

  @Test("mappings at equal distances after a warm-up are a leak")
  func laterClockwork() {
    let program = mappings(Array(repeating: 1500, count: 30), warmUp: 200)
    expect("later-clockwork", of: program, until: 40_000)
  }

  @Test("mappings by chance after a warm-up are a leak")
  func laterMappings() {
    expect("later-mappings", of: mappings(random(80, 50...950), warmUp: 200), until: 40_000)
  }

  @Test("ever larger mappings that come ever more seldom are a leak")
  func swellingMappings() {
    var program = Program()
    var at: UInt64 = 500
    var number = 0
    while at < 30_000 {
      program.mapBlock(number, at / 100 * 4096, at: at)
      number += 1
      at += max(300, at / 6)
    }
    expect("swelling-mappings", of: program, until: 25_000)
  }

  @Test("mappings that come once a second are a suspect after six")
  func severalMappings() {
    expect("several-mappings", of: mappings(Array(repeating: 1000, count: 10)), until: 9000)
  }

  @Test("mappings that come every three seconds are a suspect after ten")
  func fewMappings() {
    expect("few-mappings", of: mappings(Array(repeating: 3000, count: 5)), until: 13_000)
  }
}
