// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Buffers that grow, and a heap that grows slowly.
extension SteadyGrowthTests {
  @Test("a buffer that only grows leaks, though it is one mapping")
  func growing() throws {
    var program = Program()
    program.mapBlock(0, 128 << 10, at: 0)
    for tick in 1..<200 as Range<UInt64> {
      program.growBlock(0, from: (tick + 1) << 13, to: (tick + 2) << 13, at: tick * 100)
    }
    let watch = program.watched(until: 20_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.verdict?.subject.origin.callPath == CallPathID(2))
    #expect(watch.verdict?.subject.origin.manner == .grown)
  }

  @Test(
    "a buffer from before that grows in place leaks, however long the machine was up",
    arguments: [128 << 10, 8 << 20] as [UInt64])
  func seededGrowing(_ bytes: UInt64) throws {
    var program = Program()
    for tick in 0..<200 as Range<UInt64> {
      program.growBlock(
        0, from: bytes + tick << 14, to: bytes + (tick + 1) << 14, at: 50 + tick * 100)
    }
    let watch = program.watched(
      until: 20_000,
      besides: [
        .init(range: .init(start: program.place(0), length: bytes), protection: [.read, .write])
      ])
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(
      verdict.subject.origin.callPath == CallPathID(2) && verdict.subject.origin.manner == .grown)
    #expect(milliseconds(verdict.first) < 1000)
    // What the first growth added came with the buffer.
    #expect(verdict.bytes == 199 << 14)
  }

  @Test(
    "buffers that all grow leak, be they few or many, from before or not",
    arguments: [3, 8, 20], [false, true])
  func manyGrowing(_ count: Int, fromBefore: Bool) throws {
    var program = Program()
    let first: UInt64 = 128 << 10
    if !fromBefore {
      for number in 0..<count { program.mapBlock(number, first, at: UInt64(number)) }
    }
    var sizes = Array(repeating: first, count: count)
    var dice = SplitMix64(state: 3)
    for tick in 0..<200 as Range<UInt64> {
      let number = Int.random(in: 0..<count, using: &dice)
      program.growBlock(
        number, from: sizes[number], to: sizes[number] + 64 << 10, at: 50 + tick * 100)
      sizes[number] += 64 << 10
    }
    let watch = program.watched(
      until: 20_000,
      besides: (fromBefore ? Array(0..<count) : []).map {
        .init(range: .init(start: program.place($0), length: first), protection: [.read, .write])
      })
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.book.verdicts.first { $0.standing == .leaking })
    #expect(
      verdict.subject.origin.manner == .grown && verdict.subject.origin.callPath == CallPathID(2))
    #expect(verdict.bytesPerMinute < 1.3 * 600 * Double(64 << 10))
  }

  @Test("buffers that grow under call paths not known yet as one leak as soon as under one")
  func growingBeforeUnwound() throws {
    var program = Program()
    let first: UInt64 = 1 << 20
    for number in 0..<8 { program.mapBlock(number, first, at: UInt64(number)) }
    var sizes = Array(repeating: first, count: 8)
    var dice = SplitMix64(state: 3)
    for tick in 0..<160 as Range<UInt64> {
      let number = Int.random(in: 0..<8, using: &dice)
      program.growBlock(
        number, from: sizes[number], to: sizes[number] + 64 << 10, at: 50 + tick * 120,
        by: Int32(10 + tick))
      sizes[number] += 64 << 10
    }
    // Each seems to come by a path of its own for half a second.
    var watch = Watch(program)
    var events = program.events[...]
    for ms in stride(from: 500, through: 19_000, by: 500) as StrideThrough<UInt64> {
      for stack in 11...170 where instant(50 + UInt64(stack - 10) * 120) <= instant(ms - 500) {
        watch.ledger.unify(CallPathID(Int32(stack)), with: CallPathID(10))
      }
      while let event = events.first, event.when <= instant(ms) { watch.take(events.removeFirst()) }
      watch.judge(at: instant(ms))
    }
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.book.verdicts.first { $0.standing == .leaking })
    #expect(verdict.callPath == CallPathID(10) && verdict.subject.origin.manner == .grown)
  }

  @Test("two call paths that take turns at one buffer are each known by what they add")
  func growingByTurns() throws {
    var program = Program()
    program.mapBlock(0, 128 << 10, at: 0)
    for tick in 1..<200 as Range<UInt64> {
      program.growBlock(
        0, from: (tick + 15) << 13, to: (tick + 16) << 13, at: tick * 100,
        by: tick % 5 < 3 ? 2 : 3)
    }
    let watch = program.watched(until: 20_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
  }

  @Test("buffers of a size that one call path after the other comes to grow a little are no leak")
  func grownByAnother() {
    var program = Program()
    for number in 0..<60 {
      let at = UInt64(number)
      program.mapBlock(number, 1 << 20, at: at)
      program.growBlock(number, from: 1 << 20, to: 1 << 20 + 4096, at: at + 100, by: 2)
      program.growBlock(
        number, from: 1 << 20 + 4096, to: 1 << 20 + 8192, at: 1000 + at * 300, by: 3)
    }
    #expect(program.watched(until: 30_000).leakingSince == nil)
  }

  @Test("many buffers that were grown once or twice each, and stay so, are no leak")
  func grownOnce() {
    var program = Program()
    for number in 0..<20 { program.mapBlock(number, 1 << 20, at: 0) }
    for tick in 0..<40 as Range<UInt64> {
      let size: UInt64 = 1 << 20 + (tick / 20) << 16
      program.growBlock(Int(tick % 20), from: size, to: size + 64 << 10, at: 50 + tick * 500)
    }
    #expect(program.watched(until: 40_000).leakingSince == nil)
  }

  @Test("a slow leak of a heap that warmed up is found in time, and told by its own pace")
  func slowBesideLarge() throws {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1...60 as ClosedRange<UInt64> { program.setBreak(tick * 700 << 10, at: tick * 100) }
    // 2 MB a minute beside 42 MB.
    for tick in 1...500 as ClosedRange<UInt64> {
      program.setBreak((42_000 + 8 * tick) << 10, at: 6000 + tick * 250)
    }
    let watch = program.watched(until: 130_000)
    #expect(try #require(watch.leakingSince) <= 120_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.standing == .leaking)
    #expect(verdict.bytes < 6 << 20)
    #expect(verdict.bytesPerMinute < 2.5 * Double(1 << 20))
  }
}
