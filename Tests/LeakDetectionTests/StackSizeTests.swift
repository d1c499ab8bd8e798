// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Threads whose stacks are of ever other sizes: no two can be compared by their size alone.
@Suite struct StackSizeTests {
  private func size(_ dice: inout SplitMix64) -> UInt64 {
    64 << 10 + UInt64.random(in: 0..<1000, using: &dice) << 12
  }

  @Test(
    "threads that nobody joins leak stacks of any size, known within 15 s",
    arguments: [50, 250, 500] as [UInt64])
  func leak(every ms: UInt64) throws {
    var program = Program()
    var dice = SplitMix64(state: 7)
    let count = Int(30_000 / ms)
    for tick in 0..<count {
      program.stackBytes = size(&dice)
      program.map(tick, at: UInt64(tick) * ms, from: 4)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * ms, lives: 10)
    }
    let watch = program.watched(until: 30_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.origin.unitBytes == 0 && verdict.callPath == CallPathID(4))
    #expect(verdict.count == count && !watch.story.contains { $0.contains("withdrawn") })
  }

  /// A program with glibc's cache: threads of any size that run for up to `longest` ms, and whose stacks
  /// are taken in `late` ms after they end.
  private func cached(
    every ms: UInt64, longest: UInt64, late: UInt64 = 0, seed: UInt64
  ) -> Program {
    var program = Program()
    var dice = SplitMix64(state: seed)
    var cache: [(slot: Int, bytes: UInt64)] = []
    var coming: [(at: UInt64, slot: Int, bytes: UInt64)] = []
    for tick in 0..<Int(40_000 / ms) {
      let at = UInt64(tick) * ms
      for back in coming.filter({ $0.at < at }).sorted(by: { $0.at < $1.at }) {
        cache.append((back.slot, back.bytes))
        while cache.reduce(0, { $0 + $1.bytes }) > 40 << 20 {
          let oldest = cache.removeFirst()
          program.unmap(oldest.slot, bytes: oldest.bytes, at: back.at)
        }
      }
      coming.removeAll { $0.at < at }
      let wanted = size(&dice)
      var slot = tick
      program.stackBytes = wanted
      let fit = cache.indices.filter { cache[$0].bytes >= wanted }
        .min { cache[$0].bytes < cache[$1].bytes }
      if let fit, cache[fit].bytes <= 4 * wanted {
        slot = cache[fit].slot
        program.stackBytes = cache.remove(at: fit).bytes
      } else {
        program.map(slot, at: at, from: 4)
      }
      let lives = UInt64.random(in: 1...longest, using: &dice)
      program.run(1000 + UInt32(tick), on: slot, at: at, lives: lives)
      coming.append((at + lives + late, slot, program.stackBytes))
    }
    return program
  }

  @Test(
    "stacks of any size that the C library keeps for reuse are no leak",
    arguments: [1, 30, 400, 4000] as [UInt64], [20, 150] as [UInt64])
  func innocents(longest: UInt64, every ms: UInt64) {
    for seed in 0..<5 as Range<UInt64> {
      let program = cached(every: ms, longest: longest, seed: seed)
      let watch = program.watched(until: 60_000)
      #expect(watch.leakingSince == nil)
      // That some threads run for long is another matter.
      #expect(watch.news.allSatisfy { $0.subject.isRunOn })
    }
  }

  @Test("threads of any size that are joined a second late are never said to leak")
  func joinedLate() {
    for seed in 0..<5 as Range<UInt64> {
      let program = cached(every: 100, longest: 30, late: 1000, seed: seed)
      #expect(program.watched(until: 60_000).leakingSince == nil)
    }
  }
}
