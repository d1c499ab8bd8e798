// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Programs that look like leaking ones and are not: nothing may be said of them.
@Suite struct InnocentProgramTests {
  @Test("threads that are joined one by one share a stack")
  func joined() {
    var program = Program()
    program.map(0, at: 0)
    for tick in 0..<200 { program.run(1000 + UInt32(tick), on: 0, at: UInt64(tick) * 100) }
    #expect(program.watched(until: 30_000).story.isEmpty)
  }

  @Test("detached threads of which dozens run at once leave no more than the cache")
  func detached() {
    var program = Program(stackBytes: 1 << 20)
    for slot in 0..<40 { program.map(slot, at: UInt64(slot) * 10) }
    for tick in 0..<2000 {
      program.run(1000 + UInt32(tick), on: tick % 40, at: UInt64(tick) * 10, lives: 395)
    }
    #expect(program.watched(until: 40_000).story.isEmpty)
  }

  @Test("stacks that their threads unmap as they end are gone")
  func unmapped() {
    var program = Program()
    for tick in 0..<100 {
      program.map(tick, at: UInt64(tick) * 100)
      program.start(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
      program.unmap(tick, at: UInt64(tick) * 100 + 5)
      program.exit(1000 + UInt32(tick), at: UInt64(tick) * 100 + 6)
    }
    #expect(program.watched(until: 15_000).story.isEmpty)
  }

  @Test("what the cache keeps after the peak is no leak, however long it lies there")
  func cachePlateau() {
    var program = Program(stackBytes: 8 << 20)
    // 20 threads at once; 5 of their stacks stay in the cache of 40 MiB.
    for slot in 0..<20 {
      program.map(slot, at: UInt64(slot))
      program.run(1000 + UInt32(slot), on: slot, at: UInt64(slot), lives: 400)
    }
    for slot in 0..<15 { program.unmap(slot, at: 450) }
    #expect(program.watched(until: 300_000).story.isEmpty)
  }

  @Test("a cache that was filled by a staggered batch is no leak either")
  func staggeredPlateau() {
    var program = Program(stackBytes: 8 << 20)
    for slot in 0..<20 {
      program.map(slot, at: UInt64(slot) * 20)
      program.run(1000 + UInt32(slot), on: slot, at: UInt64(slot) * 20)
    }
    for slot in 5..<20 { program.unmap(slot, at: 500) }
    #expect(program.watched(until: 300_000).story.isEmpty)
  }

  @Test("generations of workers on stacks that the cache kept are no leak")
  func poolReuse() {
    var program = Program(stackBytes: 1 << 20)
    for slot in 0..<8 { program.map(slot, at: 0) }
    for generation in 0..<50 {
      for slot in 0..<8 {
        program.run(
          UInt32(1000 + generation * 8 + slot), on: slot, at: UInt64(generation) * 300, lives: 200)
      }
    }
    #expect(program.watched(until: 60_000).story.isEmpty)
  }

  @Test("a pool that grows with its load, one worker more at each peak, is no leak")
  func growingPool() {
    var program = Program(stackBytes: 256 << 10)
    for peak in 0..<30 {
      let at = UInt64(peak) * 1000
      program.map(peak, at: at)
      for slot in 0...peak {
        program.run(UInt32(1000 + peak * 40 + slot), on: slot, at: at + 1, lives: 300)
      }
    }
    #expect(program.watched(until: 60_000).story.isEmpty)
  }

  @Test("stacks of its own that a program takes turns with are no leak")
  func ownStacks() {
    var program = Program(stackBytes: 40 << 10)
    for slot in 0..<4 { program.map(slot, at: 0) }
    for tick in 0..<100 {
      program.runProcess(1000 + UInt32(tick), on: tick % 4, at: UInt64(tick) * 50)
    }
    #expect(program.watched(until: 30_000).story.isEmpty)
  }

  @Test("stacks carved out of one mapping are their owner's")
  func slab() {
    var program = Program(stackBytes: 64 << 20)
    for slab in 0..<10 {
      program.map(slab, at: UInt64(slab) * 1000)
      for slot in 0..<8 {
        let thread = UInt32(1000 + slab * 8 + slot)
        program.start(thread, on: slab, at: UInt64(slab) * 1000, below: UInt64(slot) << 20)
        program.exit(thread, at: UInt64(slab) * 1000 + 100)
      }
    }
    #expect(program.watched(until: 60_000).story.isEmpty)
  }

  @Test("a program that starts another one, on a stack of its own for the moment, leaks none")
  func posixSpawn() {
    var program = Program(stackBytes: 36 << 10)
    for tick in 0..<200 {
      program.map(tick, at: UInt64(tick) * 50)
      program.runProcess(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 50)
      program.unmap(tick, at: UInt64(tick) * 50 + 2)
    }
    #expect(program.watched(until: 15_000).story.isEmpty)
  }

  @Test("threads that are there for good have stacks for good")
  func alive() {
    var program = Program()
    for slot in 0..<200 {
      program.map(slot, at: UInt64(slot) * 100)
      program.start(1000 + UInt32(slot), on: slot, at: UInt64(slot) * 100)
    }
    #expect(program.watched(until: 60_000).story.isEmpty)
  }

  @Test("threads that are ended by the end of their process left nothing behind")
  func endOfProcess() {
    var program = Program()
    for slot in 0..<50 {
      program.map(slot, at: UInt64(slot) * 100)
      program.start(1000 + UInt32(slot), on: slot, at: UInt64(slot) * 100)
    }
    for slot in 0..<50 { program.exit(1000 + UInt32(slot), withProcess: true, at: 9000) }
    program.end(at: 9001)
    #expect(program.watched(until: 12_000).story.isEmpty)
  }

  @Test("a stack of which little is left after an unmap is not one that nobody unmapped")
  func remains() {
    var program = Program(stackBytes: 1 << 20)
    for tick in 0..<60 {
      program.map(tick, at: UInt64(tick) * 100)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
      program.unmap(tick, bytes: 1 << 20 - 4096, at: UInt64(tick) * 100 + 2)
    }
    #expect(program.watched(until: 15_000).story.isEmpty)
  }
}
