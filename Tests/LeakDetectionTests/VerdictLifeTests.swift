// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// What becomes of verdicts over time, and when they are told.
@Suite struct VerdictLifeTests {
  /// A leak of one stack each 100 ms.
  private func leak(
    _ count: Int, of bytes: UInt64 = 10 << 20, from start: UInt64 = 0, stack: Int32? = nil
  ) -> Program {
    var program = Program(stackBytes: bytes)
    for tick in 0..<count {
      program.map(tick, at: start + UInt64(tick) * 100, from: stack)
      program.run(1000 + UInt32(tick), on: tick, at: start + UInt64(tick) * 100)
    }
    return program
  }

  @Test("a verdict goes from suspect to leaking, and is withdrawn when all is given back")
  func wholeLife() throws {
    var program = leak(50)
    for slot in 0..<50 { program.unmap(slot, at: 8200) }
    let watch = program.watched(until: 20_000)
    #expect(
      watch.story == ["1000 suspect 10", "2000 suspect 20", "4000 leaking 40", "8500 withdrawn 0"])
    #expect(watch.book.standing.isEmpty)
    let last = try #require(watch.news.last)
    #expect(last.bytes == 0 && last.bytesPerMinute == 0 && last.period == nil)
    #expect(last.ranges.isEmpty && last.last == instant(8500))
    #expect(last.evidence == [.blamedBefore(count: 50, bytes: 500 << 20)])
  }

  @Test("a verdict is told again when its count doubled, not for each stack more")
  func materialChange() {
    #expect(
      leak(160).watched(until: 20_000).story == [
        "1000 suspect 10", "2000 suspect 20", "4000 leaking 40", "8000 leaking 80",
        "16000 leaking 160",
      ])
  }

  @Test("a single thread that is joined late takes nothing back of what many left behind")
  func oneLateJoin() {
    var program = leak(60)
    program.unmap(3, at: 9000)
    let watch = program.watched(until: 20_000)
    #expect(watch.story.last == "4000 leaking 40")
    // The youngest is not blamed where stacks are given back at times: nothing passed it over yet.
    #expect(watch.standing == ["leaking 58"])
  }

  @Test("what does not change is told once")
  func silence() {
    #expect(leak(10).watched(until: 60_000).story == ["1000 suspect 10", "6500 leaking 10"])
  }

  @Test("a verdict survives the end of its process, with its name and its count")
  func endOfProcess() throws {
    var program = leak(60)
    program.end(at: 7000)
    let watch = program.watched(until: 10_000)
    #expect(watch.story.last == "4000 leaking 40")
    let verdict = try #require(watch.verdict)
    #expect(verdict.standing == .leaking && verdict.count == 60)
    #expect(verdict.process == ProcessID(100) && verdict.processName == "server")
    #expect(verdict.endedAt == instant(7000))
    #expect(watch.ledger.spaces.isEmpty)
  }

  @Test("stacks that go down with their process are not counted among those left before")
  func diedWithProcess() {
    var program = leak(60)
    for slot in 60..<90 {
      program.map(slot, at: 6500)
      program.start(2000 + UInt32(slot), on: slot, at: 6500)
      program.exit(2000 + UInt32(slot), withProcess: true, at: 7000)
    }
    program.end(at: 7001)
    #expect(program.watched(until: 10_000).standing == ["leaking 60"])
  }

  @Test("the exit of a whole process that shares the space leaves its stack behind")
  func groupExitBesideOthers() {
    var program = Program(stackBytes: 40 << 10)
    for tick in 0..<60 {
      program.map(tick, at: UInt64(tick) * 100)
      program.runProcess(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100, withProcess: true)
    }
    #expect(program.watched(until: 6000).standing == ["leaking 60"])
  }

  @Test("two sizes in one process are judged apart")
  func twoSizes() {
    var program = leak(50)
    program.stackBytes = 1 << 20
    program.firstSlot = 1000
    program.map(0, at: 0)
    for tick in 0..<50 { program.run(5000 + UInt32(tick), on: 0, at: UInt64(tick) * 100) }
    program.stackBytes = 2 << 20
    program.firstSlot = 2000
    for tick in 0..<5 {
      program.map(tick, at: UInt64(tick) * 1000)
      program.run(6000 + UInt32(tick), on: tick, at: UInt64(tick) * 1000)
    }
    let watch = program.watched(until: 5000)
    #expect(watch.standing == ["leaking 50", "suspect 5"])
    #expect(watch.book.verdicts.map(\.subject.origin.unitBytes) == [10 << 20, 2 << 20])
  }

  @Test("lost events are part of the evidence")
  func lostEvents() {
    let watch = leak(50).watched(until: 5000, losesEventsAt: 4500)
    #expect(watch.verdict?.standing == .leaking)
    #expect(watch.verdict?.evidence.last == .lostEvents)
    #expect(leak(50).watched(until: 5000).verdict?.evidence.contains(.lostEvents) == false)
  }

  @Test("stacks from before the tracer count when their threads end, and are told apart")
  func seeded() throws {
    var program = Program(stackBytes: 8 << 20)
    var seeded: [UInt32: Int] = [:]
    for slot in 0..<10 {
      seeded[500 + UInt32(slot)] = 100 + slot
      program.exit(500 + UInt32(slot), at: 50)
    }
    for tick in 0..<50 {
      program.map(tick, at: 100 + UInt64(tick) * 100)
      program.run(1000 + UInt32(tick), on: tick, at: 100 + UInt64(tick) * 100)
    }
    let verdict = try #require(program.watched(until: 5500, seeded: seeded).verdict)
    #expect(verdict.standing == .leaking && verdict.count == 60)
    #expect(verdict.evidence.contains(.presentBefore(count: 10)))
    #expect(verdict.first == instant(0))
    #expect(verdict.period == 100_000_000)
  }

  @Test("mappings as long as the stacks, from before the tracer, are counted apart from them")
  func alikeBefore() throws {
    var program = Program(stackBytes: 8 << 20 | 4096, guardBytes: 4096)
    for tick in 0..<50 {
      program.map(tick, at: 100 + UInt64(tick) * 100)
      program.run(1000 + UInt32(tick), on: tick, at: 100 + UInt64(tick) * 100)
    }
    var areas: [SpaceSnapshot.Area] = []
    for slot in 0..<1200 as Range<UInt64> {
      let start = 0x6000_0000_0000 + slot * (16 << 20)
      areas.append(
        SpaceSnapshot.Area(
          range: AddressRange(start: start, length: 4096), protection: []))
      areas.append(
        SpaceSnapshot.Area(
          range: AddressRange(start: start + 4096, length: 8 << 20), protection: [.read, .write]))
    }
    let verdict = try #require(program.watched(until: 5500, besides: areas).verdict)
    #expect(verdict.count == 50 && verdict.areasEach == 2)
    #expect(verdict.evidence.contains(.alikeBefore(count: 1200, bytes: 1200 * 8 << 20)))
    let alone = try #require(program.watched(until: 5500).verdict)
    #expect(alone.evidence.allSatisfy { if case .alikeBefore = $0 { false } else { true } })
  }

  @Test("a heap that grows evenly is told with the pace it has, however long it was watched")
  func heapPace() throws {
    var program = Program()
    for tick in 0..<600 as Range<UInt64> { program.setBreak(tick << 20, at: 10 + tick * 250) }
    for end in [20_000, 60_000, 140_000] as [UInt64] {
      let verdict = try #require(program.watched(until: end).verdict)
      #expect(verdict.standing == .leaking)
      let pace = verdict.bytesPerMinute / Double(240 << 20)
      #expect(pace > 0.95 && pace < 1.05, "\(end): \(pace)")
    }
  }

  @Test("threads from before the tracer that end, and nothing new, prove nothing")
  func seededOnly() {
    var program = Program(stackBytes: 8 << 20)
    var seeded: [UInt32: Int] = [:]
    for slot in 0..<30 {
      seeded[500 + UInt32(slot)] = slot
      program.exit(500 + UInt32(slot), at: 1000 + UInt64(slot) * 100)
    }
    #expect(program.watched(until: 60_000, seeded: seeded).story.isEmpty)
  }

  @Test("a verdict names the call path that made most of its stacks, and stays one verdict")
  func callPath() {
    var program = leak(30, stack: 7)
    program.firstSlot = 100
    for tick in 0..<20 {
      let at = 3000 + UInt64(tick) * 100
      program.map(tick, at: at, from: tick < 10 ? 8 : nil)
      program.run(2000 + UInt32(tick), on: tick, at: at)
    }
    let watch = program.watched(until: 5000)
    #expect(watch.story == ["1000 suspect 10", "2000 suspect 20", "4000 leaking 40"])
    #expect(watch.verdict?.callPath == CallPathID(7))
    #expect(leak(30).watched(until: 3000).verdict?.callPath == nil)
  }

  /// What is told of mappings that come every 100 ms by the path `of` each, when those of `unified`
  /// turn out to be one after 15 s.
  private func story(unified: [Int32], of path: (Int) -> Int32) -> Watch {
    var program = Program()
    for tick in 0..<300 { program.mapBlock(tick, at: UInt64(tick) * 100, from: path(tick)) }
    var watch = Watch(program)
    var events = program.events[...]
    for ms in stride(from: 500, through: 29_500, by: 500) as StrideThrough<UInt64> {
      while let event = events.first, event.when <= instant(ms) { watch.take(events.removeFirst()) }
      if ms == 15_000 {
        for stack in unified { watch.ledger.unify(CallPathID(stack), with: CallPathID(1)) }
      }
      watch.judge(at: instant(ms))
    }
    return watch
  }

  @Test("a leak whose call path turns out to be one known by another name stays one verdict")
  func unified() {
    // The first mapping came by what was unwound first.
    let watch = story(unified: [2]) { $0 == 0 ? 1 : 2 }
    #expect(!watch.story.contains { $0.contains("withdrawn") }, "\(watch.story)")
    #expect(watch.standing == ["leaking 296"])
    #expect(watch.verdict?.subject.origin.callPath == CallPathID(1))
    #expect(watch.news.count { $0.standing == .suspect } == 1)
  }

  @Test("two verdicts become one when their call paths turn out to be the same")
  func unifiedVerdicts() {
    let watch = story(unified: [2]) { Int32($0 % 2 + 1) }
    #expect(!watch.story.contains { $0.contains("withdrawn") }, "\(watch.story)")
    #expect(watch.standing == ["leaking 296"])
    #expect(watch.verdict?.subject.origin.callPath == CallPathID(1))
  }

  @Test("leaking verdicts come first, then the larger ones")
  func order() {
    var program = leak(50, of: 1 << 20)
    for (index, bytes) in [UInt64(64 << 20), 2 << 20].enumerated() {
      program.stackBytes = bytes
      program.firstSlot = 1000 * (index + 1)
      for tick in 0..<(index == 0 ? 4 : 50) {
        program.map(tick, at: UInt64(tick) * 100 + 3000)
        program.run(UInt32(10_000 * (index + 1) + tick), on: tick, at: UInt64(tick) * 100 + 3000)
      }
    }
    let watch = program.watched(until: 8000)
    #expect(watch.book.verdicts.map(\.subject.origin.unitBytes) == [2 << 20, 1 << 20, 64 << 20])
    #expect(watch.standing == ["leaking 50", "leaking 50", "suspect 4"])
  }
}
