// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Threads that exit and are joined much later: alike to a leak until then.
@Suite struct BatchTests {
  /// Adds `count` threads, one each `every` ms from `start` on, all unmapped or, for those in
  /// `cached`, kept at `joined`. Slots in `cached` are taken first, as the C library does.
  private func batch(
    _ number: Int, of count: Int, every ms: UInt64, from start: UInt64, joined: UInt64,
    cached: Int = 0, in program: inout Program
  ) {
    for index in 0..<count {
      let at = start + UInt64(index) * ms
      let slot = index < cached ? index : number * count + index
      if number == 0 || index >= cached { program.map(slot, at: at) }
      program.run(UInt32(1000 + number * count + index), on: slot, at: at)
    }
    for index in cached..<count { program.unmap(number * count + index, at: joined) }
  }

  @Test("a first batch of 2 s that is joined at its end is suspect at most")
  func firstBatch() {
    var program = Program()
    batch(0, of: 20, every: 100, from: 0, joined: 2400, cached: 4, in: &program)
    let watch = program.watched(until: 60_000)
    #expect(watch.story == ["1000 suspect 10", "2000 suspect 20", "2500 withdrawn 0"])
  }

  @Test("after the first join, batches of the same kind are not even suspect")
  func laterBatches() {
    var program = Program()
    for number in 0..<6 {
      let start = UInt64(number) * 4000
      batch(number, of: 20, every: 100, from: start, joined: start + 3000, in: &program)
    }
    let watch = program.watched(until: 60_000)
    #expect(watch.story == ["1000 suspect 10", "2000 suspect 20", "3000 withdrawn 0"])
  }

  @Test("a first batch of more than 4 s is called leaking, and that is withdrawn when it is joined")
  func longBatch() {
    var program = Program()
    for number in 0..<3 {
      let start = UInt64(number) * 10_000
      batch(number, of: 60, every: 100, from: start, joined: start + 7000, in: &program)
    }
    #expect(
      program.watched(until: 60_000).story == [
        "1000 suspect 10", "2000 suspect 20", "4000 leaking 40", "7000 withdrawn 0",
      ])
  }

  @Test("a first batch that the cache can hold stays suspect, however long it lies there")
  func batchInCache() {
    var program = Program(stackBytes: 256 << 10)
    batch(0, of: 30, every: 100, from: 0, joined: 3500, cached: 30, in: &program)
    let watch = program.watched(until: 120_000)
    #expect(watch.standing == ["suspect 30"])
    #expect(watch.leakingSince == nil)
    #expect(watch.verdict?.evidence.contains(.fitsCache(bytes: 30 * 256 << 10)) == true)
  }

  @Test("the suspicion ends once cached stacks are used again")
  func batchFromCache() {
    var program = Program(stackBytes: 256 << 10)
    for number in 0..<2 {
      batch(
        number, of: 30, every: 100, from: UInt64(number) * 20_000, joined: 3500, cached: 30,
        in: &program)
    }
    let watch = program.watched(until: 60_000)
    #expect(watch.story.last == "20500 withdrawn 0")
    #expect(watch.standing.isEmpty)
  }

  @Test("threads that are joined three seconds after their end wait no longer than that")
  func delayedJoin() {
    var program = Program()
    for tick in 0..<300 {
      program.map(tick, at: UInt64(tick) * 100)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
      program.unmap(tick, at: UInt64(tick) * 100 + 3000)
    }
    let watch = program.watched(until: 60_000)
    #expect(watch.story == ["1000 suspect 10", "2000 suspect 20", "3500 withdrawn 0"])
  }

  @Test("bursts that overlap, each joined when the next one runs, do not leak")
  func overlappingBursts() {
    var program = Program(stackBytes: 8 << 20)
    for burst in 0..<10 {
      let start = UInt64(burst) * 5000
      for slot in 0..<30 {
        program.map(burst * 30 + slot, at: start)
        program.run(UInt32(1000 + burst * 30 + slot), on: burst * 30 + slot, at: start, lives: 50)
        if burst > 0 { program.unmap((burst - 1) * 30 + slot, at: start + 200) }
      }
    }
    for slot in 0..<30 { program.unmap(270 + slot, at: 49_000) }
    #expect(!program.watched(until: 60_000).story.contains { $0.contains("suspect") })
  }

  @Test("a batch may take three times as long as the one before")
  func growingBatches() {
    var program = Program()
    batch(0, of: 20, every: 100, from: 0, joined: 2500, in: &program)
    for index in 0..<60 {
      let at = 5000 + UInt64(index) * 100
      program.map(100 + index, at: at)
      program.run(5000 + UInt32(index), on: 100 + index, at: at)
      program.unmap(100 + index, at: 11_500)
    }
    let watch = program.watched(until: 30_000)
    #expect(watch.story == ["1000 suspect 10", "2000 suspect 20", "2500 withdrawn 0"])
  }

  @Test("a pool of four that is filled one by one, slowly, and used in turn is suspect at most")
  func slowPool() {
    var program = Program(stackBytes: 40 << 10)
    for tick in 0..<40 {
      let at = UInt64(tick) * 5000
      if tick < 4 { program.map(tick, at: at) }
      program.runProcess(1000 + UInt32(tick), on: tick % 4, at: at)
    }
    let watch = program.watched(until: 200_000)
    #expect(watch.story == ["15000 suspect 3", "20000 withdrawn 0"])
  }

  @Test("little more than the cache can hold, where stacks are given back, is suspect at most")
  func littleMoreThanCache() {
    var program = Program()
    for slot in 0..<12 {
      program.map(slot, at: UInt64(slot) * 200)
      program.run(1000 + UInt32(slot), on: slot, at: UInt64(slot) * 200)
      // Every other one is joined at once; of the rest, four can be in the cache.
      if slot % 2 == 0 { program.unmap(slot, at: UInt64(slot) * 200 + 2) }
    }
    #expect(program.watched(until: 120_000).story == ["1500 suspect 3"])
  }

  @Test("what leaks beside batches is found once it has waited far longer than a batch")
  func leakBesideBatches() {
    var program = Program(stackBytes: 256 << 10)
    for number in 0..<30 {
      let start = UInt64(number) * 2000
      batch(number, of: 10, every: 100, from: start, joined: start + 1500, in: &program)
      program.map(1000 + number, at: start + 50)
      program.run(5000 + UInt32(number), on: 1000 + number, at: start + 50)
    }
    let watch = program.watched(until: 59_500)
    #expect(watch.leakingSince.map { $0 <= 40_000 } == true)
    #expect(watch.verdict.map { (24...30).contains($0.count) } == true)
  }
}
