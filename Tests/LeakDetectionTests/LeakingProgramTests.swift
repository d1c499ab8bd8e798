// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Programs that lose stacks: all must be found, soon, with the right count.
@Suite struct LeakingProgramTests {
  @Test("children on stacks that nobody unmaps leak: 40 KiB every 100 ms, known within 5 s")
  func cloneLeak() throws {
    var program = Program(stackBytes: 40 << 10)
    for tick in 0..<100 {
      program.map(tick, at: UInt64(tick) * 100)
      program.runProcess(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
    }
    let watch = program.watched(until: 10_500)
    #expect(
      watch.story == [
        "1000 suspect 10", "2000 suspect 20", "4000 leaking 40", "8000 leaking 80",
      ])
    let verdict = try #require(watch.verdict)
    #expect(verdict.count == 100)
    #expect(verdict.bytes == 100 * 40 << 10)
    #expect(verdict.bytesPerMinute.rounded() == 600 * 40 * 1024)
    #expect(verdict.period == 100_000_000)
    #expect(verdict.first == instant(0) && verdict.last == instant(9900))
    #expect(verdict.process == ProcessID(100) && verdict.processName == "server")
  }

  @Test("threads that nobody joins leak their stacks, guard included, in the order of the case")
  func pthreadLeak() throws {
    var program = Program(guardBytes: 4096)
    for tick in 0..<30 {
      program.map(tick, at: UInt64(tick) * 200)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 200, lives: 2)
    }
    let watch = program.watched(until: 6000)
    #expect(watch.leakingSince == 4000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.origin.unitBytes == 10 << 20)
    #expect(
      verdict.evidence == [
        .mapped(count: 30, bytes: 10 << 20, guardBytes: 4096, withStackFlag: true),
        .ranThread(
          example: ThreadID(1029), range: try #require(verdict.ranges.last),
          creator: ThreadID(100), at: instant(5800), isOwnProcess: false),
        .threadsExited(count: 30, lifetime: 2_000_000, lastAt: instant(5802)),
        .neverUnmapped(count: 30),
        .passedOver(idle: 29, fresh: 30),
        .reuse(times: 0, reclaimed: 0),
        .regular(period: 200_000_000),
      ])
    #expect(verdict.ranges.count == 30)
    #expect(verdict.ranges[0].start == program.address(of: 0))
    #expect(verdict.ranges[0].end == program.address(of: 0) + 10 << 20)
  }

  @Test(
    "a leak is known within 15 s or 20 repetitions",
    arguments: [5, 50, 100, 200, 500, 1000, 2000, 3000, 5000, 10_000, 60_000] as [UInt64])
  func timeToVerdict(every ms: UInt64) throws {
    var program = Program(stackBytes: 256 << 10)
    let count = max(8, 13_000 / ms)
    for tick in 0..<Int(count) {
      program.map(tick, at: UInt64(tick) * ms)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * ms, lives: 1)
    }
    let since = try #require(program.watched(until: count * ms).leakingSince)
    #expect(since <= max(15_000, 6 * ms))
  }

  @Test("stacks that touch, of which the kernel makes one area, are counted one by one")
  func touching() throws {
    // A guard made by MADV_GUARD_INSTALL leaves no trace either.
    var program = Program(stackBytes: 65 << 20)
    for tick in 0..<30 {
      program.map(tick, at: UInt64(tick) * 200)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 200, lives: 2)
    }
    #expect(program.watched(until: 6000).standing == ["leaking 30"])
  }

  @Test("a few large stacks in quick succession are found later, when they lie there untouched")
  func stoppedLeak() {
    var program = Program()
    for tick in 0..<10 {
      program.map(tick, at: UInt64(tick) * 100)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
    }
    #expect(program.watched(until: 7000).story == ["1000 suspect 10", "6500 leaking 10"])
  }

  @Test("a few small stacks of children are no library's to keep, and found as well")
  func stoppedClones() {
    var program = Program(stackBytes: 40 << 10)
    for tick in 0..<10 {
      program.map(tick, at: UInt64(tick) * 100)
      program.runProcess(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
    }
    #expect(program.watched(until: 7000).story == ["1000 suspect 10", "6500 leaking 10"])
  }

  @Test("more than the cache can hold is found though one stack was used again before")
  func stoppedAfterReuse() {
    var program = Program()
    program.map(0, at: 0)
    program.run(999, on: 0, at: 0)
    for tick in 0..<12 {
      if tick > 0 { program.map(tick, at: 1000 + UInt64(tick) * 100) }
      program.run(1000 + UInt32(tick), on: tick, at: 1000 + UInt64(tick) * 100)
    }
    // The youngest may be in the cache, where the first one was for a while.
    #expect(program.watched(until: 9000).standing == ["leaking 11"])
  }

  @Test("bursts of threads that nobody joins leak from the second one on")
  func burst() {
    var program = Program(stackBytes: 8 << 20)
    for burst in 0..<3 {
      for slot in 0..<50 {
        let at = UInt64(burst) * 3000 + 1000
        program.map(burst * 50 + slot, at: at)
        program.start(UInt32(1000 + burst * 50 + slot), on: burst * 50 + slot, at: at)
      }
      for slot in 0..<50 {
        program.exit(UInt32(1000 + burst * 50 + slot), at: 1020 + UInt64(burst) * 3000)
      }
    }
    let watch = program.watched(until: 9000)
    #expect(watch.story == ["4000 leaking 50", "4500 leaking 100"])
    #expect(watch.standing == ["leaking 150"])
    #expect(watch.verdict?.period == nil)
  }

  @Test("a leak at irregular times has a rate and no period")
  func irregular() throws {
    var program = Program(stackBytes: 1 << 20)
    let moments: [UInt64] = [0, 90, 1400, 1500, 4100, 4900, 9000, 9050, 12_000]
    for (slot, at) in moments.enumerated() {
      program.map(slot, at: at)
      program.run(1000 + UInt32(slot), on: slot, at: at)
    }
    let verdict = try #require(program.watched(until: 12_500).verdict)
    #expect(verdict.standing == .leaking && verdict.count == 9)
    #expect(verdict.period == nil)
    #expect(verdict.bytesPerMinute.rounded() == 8 * 1_048_576 * 5)
  }

  @Test("period and rate hold when one of the threads was joined")
  func oneMissing() throws {
    var program = Program(stackBytes: 8 << 20)
    for tick in 0..<12 {
      let at = UInt64(tick) * 1000
      program.map(tick, at: at)
      program.run(1000 + UInt32(tick), on: tick, at: at)
      if tick == 6 { program.unmap(tick, at: at + 2) }
    }
    program.map(20, at: 20_000)
    let verdict = try #require(program.watched(until: 13_000).verdict)
    #expect(verdict.standing == .leaking)
    #expect(verdict.period == 1_000_000_000)
    // The youngest is not blamed where stacks are given back at times: nothing passed it over yet.
    #expect(verdict.count == 10)
    #expect(verdict.last == instant(10_000))
    #expect(verdict.bytesPerMinute.rounded() == 9 * 8 * 1_048_576 * 6)
  }

  @Test("one thread in ten that nobody joins is counted apart from the nine that share a stack")
  func fewAmongMany() throws {
    var program = Program(stackBytes: 256 << 10)
    var cached = 0
    for tick in 0..<300 {
      let at = UInt64(tick) * 100
      // The stack left behind was the cached one: the next thread needs a new one.
      if tick % 10 == 0 {
        cached = tick
        program.map(cached, at: at)
      }
      program.run(1000 + UInt32(tick), on: cached, at: at, lives: 5)
    }
    let watch = program.watched(until: 30_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.standing == ["leaking 29"])
    #expect(watch.verdict?.period == 1_000_000_000)
  }

  @Test("what leaked stays found when a quiet time ends in the use of a cached stack")
  func quietTime() {
    var program = Program(stackBytes: 256 << 10)
    var cached = 0
    func tick(_ index: Int, _ at: UInt64) {
      if index % 10 == 0 {
        cached = index
        program.map(cached, at: at)
      }
      program.run(1000 + UInt32(index), on: cached, at: at, lives: 5)
    }
    for index in 0..<1000 { tick(index, UInt64(index) * 100) }
    for index in 1001..<1400 { tick(index, 900_000 + UInt64(index) * 100) }
    let watch = program.watched(until: 1_040_000)
    #expect(!watch.story.contains { $0.contains("withdrawn") })
    #expect(watch.verdict?.standing == .leaking)
  }
}
