// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Programs whose mappings grow for a while and are not lost: none is ever called leaking.
@Suite struct SteadyInnocentTests {
  @Test("a pool that fills and is then used in turn")
  func pool() {
    var program = Program()
    for number in 0..<100 { program.mapBlock(number, at: UInt64(number) * 90) }
    #expect(program.watched(until: 120_000).leakingSince == nil)
  }

  @Test("a cache that fills to its bound and then frees the oldest for each new one")
  func cache() {
    var program = Program()
    for number in 0..<1500 {
      program.mapBlock(number, at: UInt64(number) * 40)
      if number >= 250 { program.freeBlock(number - 250, at: UInt64(number) * 40) }
    }
    let watch = program.watched(until: 60_000)
    #expect(watch.leakingSince == nil)
    #expect(watch.standing == [])
  }

  @Test("a pool of threads that fills within twelve seconds and stays")
  func threadPool() {
    var program = Program(stackBytes: 8 << 20)
    for number in 0..<40 {
      let at = UInt64(number) * 300
      program.map(number, at: at, from: 4)
      program.start(UInt32(200 + number), on: number, at: at + 1)
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test("a sawtooth of ten seconds, and one of half an hour after its first tooth")
  func sawtooth() {
    var program = Program()
    for tooth in 0..<6 {
      for number in 0..<100 {
        program.mapBlock(number, at: UInt64(tooth) * 10_000 + UInt64(number) * 90)
      }
      for number in 0..<100 { program.freeBlock(number, at: UInt64(tooth) * 10_000 + 9500) }
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test("sessions that last for seconds come and go")
  func sessions() {
    var program = Program()
    var dice = SplitMix64(state: 11)
    for number in 0..<1200 {
      program.useBlock(
        number, at: UInt64(number) * 50, lives: UInt64.random(in: 100...7000, using: &dice))
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test("an arena whose memory is put in place inside a reservation")
  func reservation() {
    var program = Program()
    program.add(
      .mapped(
        MappingEvent.Mapped(
          address: 0x2000_0000_0000, bytes: 1 << 30, protection: [],
          flags: [.private, .anonymous, .noReserve])), at: 0, from: 9)
    for tick in 0..<400 as Range<UInt64> {
      program.add(
        .mapped(
          MappingEvent.Mapped(
            address: 0x2000_0000_0000 + tick << 20, bytes: 1 << 20, protection: [.read, .write],
            flags: [.private, .anonymous, .fixed])), at: tick * 100, from: 8)
    }
    #expect(program.watched(until: 60_000).story.isEmpty)
  }

  @Test("arenas of threads, which reserve 64 MiB each")
  func arenas() {
    var program = Program()
    for tick in 0..<16 as Range<UInt64> {
      program.add(
        .mapped(
          MappingEvent.Mapped(
            address: 0x2000_0000_0000 + tick << 27, bytes: 64 << 20, protection: [],
            flags: [.private, .anonymous, .noReserve])), at: tick * 500, from: 9)
      program.add(
        .protected(
          address: 0x2000_0000_0000 + tick << 27, bytes: 135_168, prot: 3, error: 0),
        at: tick * 500)
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test("growth at the start, by many origins at once")
  func startUp() {
    var program = Program()
    for number in 0..<400 {
      program.mapBlock(number, at: UInt64(number) * 25, from: Int32(number % 12))
    }
    #expect(program.watched(until: 90_000).leakingSince == nil)
  }

  @Test("a heap that grows to its working size and stays there")
  func heapPlateau() {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1..<90 as Range<UInt64> { program.setBreak(tick * 135_168, at: tick * 100) }
    #expect(program.watched(until: 90_000).leakingSince == nil)
  }

  @Test(
    "a heap that takes over what malloc had mapped piece by piece",
    arguments: [false, true])
  func movingThreshold(fromBefore: Bool) {
    var program = Program()
    program.setBreak(4096, at: 0)
    for number in 0..<100 {
      if !fromBefore { program.mapBlock(number, 1 << 21, at: UInt64(number) * 40) }
      let at = 5000 + UInt64(number) * 200
      program.freeBlock(number, 1 << 21, at: at)
      program.setBreak(UInt64(number + 1) << 21, at: at + 1)
    }
    // The kernel lists neighbors as one area.
    let before = SpaceSnapshot.Area(
      range: .init(start: program.place(0), length: 100 << 21), protection: [.read, .write])
    let watch = program.watched(until: 60_000, besides: fromBefore ? [before] : [])
    #expect(watch.leakingSince == nil && watch.standing == [])
  }

  /// A heap that fills to 60 MB by a step each 50 ms, and then creeps on by one each 1.3 s.
  private func filling(steps: UInt64) -> Program {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1...steps {
      program.setBreak(tick * (60_000 / steps) << 10, at: 100 + tick * 50)
    }
    for tick in 1...60 as ClosedRange<UInt64> {
      program.setBreak(60_000 << 10 + tick * 135_168, at: 100 + steps * 50 + tick * 1300)
    }
    return program
  }

  @Test("a heap that fills within ten seconds, and then creeps")
  func filledHeap() {
    #expect(filling(steps: 200).watched(until: 60_000).leakingSince == nil)
  }

  @Test("a verdict on a heap that fills for twenty seconds is taken back though it creeps on")
  func slowlyFilledHeap() {
    let watch = filling(steps: 400).watched(until: 75_000)
    #expect(watch.story.contains { $0.contains("leaking") })
    #expect(watch.standing == [])
  }

  @Test("a heap that is trimmed each time the work is done")
  func heapSawtooth() {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tooth in 0..<8 as Range<UInt64> {
      for tick in 1..<50 as Range<UInt64> {
        program.setBreak(tick * 135_168, at: tooth * 6000 + tick * 100)
      }
      program.setBreak(135_168, at: tooth * 6000 + 5500)
    }
    #expect(program.watched(until: 60_000).leakingSince == nil)
  }

  @Test(
    "a verdict on a cache that fills for longer than anybody waits is taken back when it is full")
  func largeCache() {
    var program = Program()
    for number in 0..<3000 {
      program.mapBlock(number, at: UInt64(number) * 50)
      if number >= 800 { program.freeBlock(number - 800, at: UInt64(number) * 50) }
    }
    let watch = program.watched(until: 150_000)
    #expect(watch.standing == [])
    #expect(watch.story.last?.contains("withdrawn") == true)
  }

  @Test("what replaces mappings from before the tracer, one by one, is no growth")
  func replacing() {
    var program = Program()
    // The kernel lists neighbors as one area.
    for number in 0..<400 {
      let at = UInt64(number) * 200 + 50
      program.mapBlock(100 + number, at: at)
      if number < 100 {
        program.add(
          .unmapping(address: program.place(0) + UInt64(number) << 16, bytes: 64 << 10), at: at)
      } else {
        program.freeBlock(number, at: at)
      }
    }
    let watch = program.watched(
      until: 80_000,
      besides: [
        .init(
          range: .init(start: program.place(0), length: 100 << 16), protection: [.read, .write])
      ])
    #expect(watch.leakingSince == nil)
    #expect(watch.standing == [])
  }

  @Test("a heap that warms up and then creeps on by a small part of itself")
  func creepingHeap() {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1...60 as ClosedRange<UInt64> { program.setBreak(tick * 700 << 10, at: tick * 100) }
    // 42 MB, and then 1.6% more in 20 s, ever more slowly.
    var size: UInt64 = 42_000 << 10
    for tick in 0..<300 as Range<UInt64> {
      size += tick < 100 ? 8192 : 4096
      program.setBreak(size, at: 6200 + tick * 250)
    }
    #expect(program.watched(until: 45_000).leakingSince == nil)
  }

  @Test("memory that a fork server's children inherit is not theirs to free")
  func forks() throws {
    var program = Program()
    for number in 0..<50 { program.mapBlock(number, at: UInt64(number)) }
    for child in 0..<40 as Range<UInt64> {
      program.add(
        .taskCreated(
          MappingEvent.TaskCreated(
            flags: [], childProcess: ProcessID(2000 + UInt32(child)),
            childThread: ThreadID(2000 + UInt32(child)),
            childSpace: SpaceKey(0xffff_8882_0000_0000 + child), stackPointer: nil)),
        at: 1000 + child * 500)
    }
    #expect(program.watched(until: 30_000).leakingSince == nil)
  }
}
