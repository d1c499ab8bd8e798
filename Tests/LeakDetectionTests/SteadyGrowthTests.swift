// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Mappings that are lost: all must be found, soon, with the right count and origin.
@Suite struct SteadyGrowthTests {
  @Test(
    "a mapping that is never unmapped leaks, known within 15 s or 20 repetitions",
    arguments: [10, 100, 300, 1000, 2000, 5000, 20_000, 60_000, 600_000] as [UInt64])
  func timeToVerdict(every ms: UInt64) throws {
    var program = Program()
    let count = max(20, 20_000 / ms)
    for tick in 0..<Int(count) { program.mapBlock(tick, at: UInt64(tick) * ms) }
    let watch = program.watched(until: count * ms)
    let since = try #require(watch.leakingSince)
    #expect(since <= max(15_000, 12 * ms))
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.origin.callPath == CallPathID(1) && verdict.subject.kind == .anonymous)
    #expect(verdict.count == Int(count) && verdict.bytes == count * 64 << 10)
    #expect(verdict.period.map { $0 / 1_000_000 } == ms)
  }

  @Test("one mapping every 5 s is found amid 1,000 short-lived ones a second of another origin")
  func slowAmidOthers() throws {
    var program = Program()
    for tick in 0..<25_000 {
      program.useBlock(100 + tick % 50, at: UInt64(tick), lives: 1, from: 7)
    }
    for tick in 0..<5 { program.mapBlock(tick, at: UInt64(tick) * 5000 + 100) }
    let watch = program.watched(until: 25_000)
    #expect(try #require(watch.since("suspect")) <= 15_000)
    #expect(try #require(watch.leakingSince) <= 20_500)
    #expect(watch.verdict?.subject.origin.callPath == CallPathID(1))
  }

  @Test("one mapping every 5 s is found amid 1,000 short-lived ones a second of the same origin")
  func slowAmidItsOwn() throws {
    var program = Program()
    for tick in 0..<25_000 {
      program.useBlock(100 + tick % 50, at: UInt64(tick), lives: 4, from: 1)
    }
    for tick in 0..<5 { program.mapBlock(tick, at: UInt64(tick) * 5000 + 100) }
    let watch = program.watched(until: 25_000)
    #expect(try #require(watch.since("suspect")) <= 15_000)
    #expect(try #require(watch.leakingSince) <= 20_500)
    #expect(try #require(watch.verdict).count <= 5)
  }

  @Test(
    "threads that never end leak their stacks; the verdict says that they run",
    arguments: [300, 1000, 4000] as [UInt64])
  func blockedThreads(every ms: UInt64) throws {
    var program = Program(stackBytes: 8 << 20, guardBytes: 4096)
    let count = Int(80_000 / ms)
    for number in 0..<count {
      let at = UInt64(number) * ms
      program.map(number, at: at, from: 4)
      program.start(UInt32(200 + number), on: number, at: at + 1)
    }
    let watch = program.watched(until: 80_000)
    let since = try #require(watch.leakingSince)
    #expect(since <= (ms <= 300 ? 27_000 : 72_000))
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.isRunOn && verdict.subject.kind == .threadStack)
    #expect(verdict.count == count && verdict.eachBytes == 8 << 20)
    #expect(verdict.evidence.contains(.threadsRun(count: count)))
  }

  /// A Go heap that grows by 4 MiB, so many times in so many milliseconds.
  private func goProgram(steps: UInt64, every: UInt64) -> Program {
    var program = Program()
    let start: UInt64 = 0xc0_0400_0000
    for tick in 0..<steps {
      if tick % 16 == 0 {
        program.add(
          .mapped(
            MappingEvent.Mapped(
              address: start + tick << 22, bytes: 64 << 20, protection: [],
              flags: [.private, .anonymous])), at: tick * every, from: 9)
      }
      program.add(
        .mapped(
          MappingEvent.Mapped(
            address: start + tick << 22, bytes: 4 << 20, protection: [.read, .write],
            flags: [.private, .anonymous, .fixed])), at: tick * every, from: 8)
    }
    return program
  }

  @Test("the heap of a Go program grows by mappings over what was reserved, and is told as a heap")
  func goHeap() throws {
    let watch = goProgram(steps: 100, every: 800).watched(until: 60_000)
    #expect(try #require(watch.leakingSince) <= 27_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.kind == .heap && verdict.callPath == CallPathID(8))
    #expect(verdict.bytes == 76 << 22)
  }

  @Test("a Go heap that fills, and goes on to twice of what is in use, is no leak")
  func goWarmUp() {
    let watch = goProgram(steps: 21, every: 800).watched(until: 60_000)
    #expect(watch.leakingSince == nil)
  }

  @Test("threads that end unjoined are no threads that run: one verdict, on what they left")
  func endedThreads() throws {
    var program = Program(stackBytes: 8 << 20)
    for number in 0..<60 {
      let at = UInt64(number) * 300
      program.map(number, at: at, from: 4)
      program.run(UInt32(200 + number), on: number, at: at + 1, lives: 250)
    }
    let verdict = try #require(program.watched(until: 18_000).verdict)
    #expect(!verdict.subject.isRunOn && verdict.standing == .leaking)
  }

  @Test("a leak that comes by chance, once a second or so, has no period")
  func irregular() throws {
    var program = Program()
    var dice = SplitMix64(state: 5)
    var at: UInt64 = 0
    for number in 0..<60 {
      program.mapBlock(number, at: at)
      at += UInt64.random(in: 50...1950, using: &dice)
    }
    let watch = program.watched(until: 40_000)
    #expect(try #require(watch.leakingSince) <= 22_000)
    #expect(watch.verdict?.period == nil)
  }

  @Test("a leak that goes on after the warm-up is found, and the warm-up is not blamed")
  func afterWarmUp() throws {
    var program = Program()
    for number in 0..<500 { program.mapBlock(number, at: UInt64(number) * 4) }
    for tick in 0..<120 { program.mapBlock(1000 + tick, at: 5000 + UInt64(tick) * 500) }
    let watch = program.watched(until: 65_000)
    #expect(try #require(watch.leakingSince) <= 30_000)
  }

  @Test("the last page that an unmap forgets is a mapping that stays")
  func remains() throws {
    var program = Program()
    for tick in 0..<200 {
      program.mapBlock(tick, at: UInt64(tick) * 100)
      program.freeBlock(tick, 60 << 10, at: UInt64(tick) * 100 + 20)
    }
    let watch = program.watched(until: 20_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.count == 200 && verdict.bytes == 200 * 4096)
    #expect(verdict.evidence.contains(.remains(each: 4096, isFile: false)))
  }

  @Test("guards that stay on both sides of what was unmapped are counted one by one")
  func guards() throws {
    var program = Program()
    for tick in 0..<200 {
      let at = UInt64(tick) * 100
      program.mapBlock(tick, at: at)
      program.add(.protected(address: program.place(tick), bytes: 4096, prot: 0, error: 0), at: at)
      program.freeBlock(tick, 56 << 10, after: 4096, at: at + 20)
    }
    let watch = program.watched(until: 20_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.verdict?.count == 400)
  }

  @Test("mappings that stay leak, once those alike from before are used up")
  func leakAfterReplacing() throws {
    var program = Program()
    // Of three that come one stays; each of the others takes the place of the oldest such.
    var kept = Array(0..<60)
    for number in 0..<600 {
      let at = UInt64(number) * 100 + 50
      program.mapBlock(100 + number, at: at)
      guard number % 3 != 0 else { continue }
      kept.append(100 + number)
      program.freeBlock(kept.removeFirst(), at: at)
    }
    let watch = program.watched(
      until: 60_000,
      besides: (0..<60).map {
        .init(
          range: .init(start: program.place($0), length: 64 << 10), protection: [.read, .write])
      })
    #expect(try #require(watch.leakingSince) <= 40_000)
  }

  @Test("mappings that stay leak, though some alike from before the tracer were freed")
  func leakBesideReplaced() throws {
    var program = Program()
    for number in 0..<80 {
      program.mapBlock(100 + number, at: UInt64(number) * 200 + 50)
      if number % 4 == 0, number < 40 {
        program.freeBlock(number, at: UInt64(number) * 200 + 50)
      }
    }
    let watch = program.watched(
      until: 16_000,
      besides: (0..<40).map {
        .init(
          range: .init(start: program.place($0), length: 64 << 10), protection: [.read, .write])
      })
    #expect(try #require(watch.leakingSince) <= 15_000)
  }

  @Test("pieces that get ever larger and rarer leak when their bytes come as steadily as before")
  func swelling() throws {
    var program = Program()
    var at: UInt64 = 500
    var number: Int32 = 0
    while at < 30_000 {
      program.mapBlock(Int(number), at / 100 * 4096, at: at, from: number)
      number += 1
      at += max(300, at / 6)
    }
    var watch = Watch(program)
    var events = program.events[...]
    for ms in stride(from: 500, through: 30_000, by: 500) as StrideThrough<UInt64> {
      while let event = events.first, event.when <= instant(ms) {
        watch.take(events.removeFirst())
        if let stack = event.callPath, stack != CallPathID(0) {
          watch.ledger.unify(stack, with: CallPathID(0))
        }
      }
      watch.judge(at: instant(ms))
    }
    #expect(try #require(watch.leakingSince) <= 15_000)
    #expect(watch.verdict?.standing == .leaking)
    #expect(!watch.story.contains { $0.contains("withdrawn") })
  }

  @Test("such mappings that go again as soon as the next one has come are no leak")
  func unifiedThatGo() throws {
    var program = Program()
    for tick in 0..<66 {
      program.mapBlock(tick, at: UInt64(tick) * 300, from: Int32(tick))
      if tick > 0 { program.freeBlock(tick - 1, at: UInt64(tick) * 300 + 10) }
    }
    var watch = Watch(program)
    for event in program.events {
      watch.take(event)
      if let stack = event.callPath, stack != CallPathID(0) {
        watch.ledger.unify(stack, with: CallPathID(0))
      }
      watch.judge(at: event.when)
    }
    #expect(watch.story == [])
  }

  @Test("an hour of one mapping a minute is found though nothing else ever happens")
  func hours() throws {
    var program = Program()
    for tick in 0..<180 {
      program.mapBlock(tick, at: UInt64(tick) * 60_000 + UInt64(tick * 7919 % 40_000))
    }
    let watch = program.watched(until: 180 * 60_000)
    #expect(try #require(watch.leakingSince) <= 20 * 60_000)
    #expect(watch.verdict?.count == 180)
    #expect(!watch.story.contains { $0.contains("withdrawn") })
  }

  @Test("it takes twice as much when events were lost")
  func afterLoss() throws {
    var program = Program()
    for tick in 0..<400 { program.mapBlock(tick, at: UInt64(tick) * 100) }
    let watch = program.watched(until: 40_000, losesEventsAt: 500)
    #expect(try #require(watch.leakingSince) > 20_000)
    #expect(watch.verdict?.evidence.contains(.lostEvents) == true)
  }

  @Test("a heap that keeps growing leaks, and the call path that extends it most is named")
  func heap() throws {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1..<100 as Range<UInt64> {
      program.setBreak(tick * 135_168, at: tick * 200, from: tick % 10 == 0 ? 4 : 3)
    }
    let watch = program.watched(until: 20_000)
    #expect(try #require(watch.leakingSince) <= 15_000)
    let verdict = try #require(watch.verdict)
    #expect(verdict.subject.kind == .heap && verdict.callPath == CallPathID(3))
  }
}
