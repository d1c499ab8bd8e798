// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit

@testable import LeakDetection

/// Constants that only whole programs show.
extension ConstantFlip {
  /// A mapping every 100 ms, of which `freed` of each hundred live for twenty seconds.
  private static func mappings(_ seconds: UInt64, freed: UInt64 = 0) -> Program {
    var program = Program()
    for tick in 0..<seconds * 10 {
      program.mapBlock(Int(tick), at: tick * 100)
      if tick % 100 < freed { program.freeBlock(Int(tick), at: tick * 100 + 20_000) }
    }
    return program
  }

  /// A program that replaces one of three mappings that were there before with one of its own.
  private static func replacing(_ policy: LeakPolicy) -> String {
    var program = Program()
    for number in 0..<240 {
      program.mapBlock(300 + number, at: UInt64(number) * 100 + 50)
      if number % 3 == 0 { program.freeBlock(number, at: UInt64(number) * 100 + 50) }
    }
    let before = (0..<240).map { number in
      SpaceSnapshot.Area(
        range: .init(start: program.place(number), length: 64 << 10),
        protection: [.read, .write])
    }
    return "\(program.judged(by: policy, until: 20_000, besides: before).leakingSince != nil)"
  }

  /// Threads that never end, beside `idle` whose stacks lie there without one.
  private static func threads(_ policy: LeakPolicy, idle: Int) -> String {
    var program = Program(stackBytes: 8 << 20)
    for number in 0..<200 {
      let at = UInt64(number) * 300
      program.map(number, at: at, from: 4)
      if number % 10 < idle {
        program.run(UInt32(1000 + number), on: number, at: at + 1)
      } else {
        program.start(UInt32(1000 + number), on: number, at: at + 1)
      }
    }
    let watch = program.judged(by: policy, until: 60_000)
    return "\(watch.news.contains { $0.subject.isRunOn })"
  }

  /// Buffers that come one after the other and are grown once each, beside a far larger one.
  private static func buffers(_ policy: LeakPolicy) -> String {
    var program = Program()
    program.mapBlock(100_000, 1 << 30, at: 0, from: 2)
    program.growBlock(100_000, from: 1 << 30, to: 1 << 30 + 4096, at: 5, by: 2)
    for number in 0..<60 {
      let at = 100 + UInt64(number) * 300
      program.mapBlock(number, 1 << 20, at: at, from: 2)
      program.growBlock(number, from: 1 << 20, to: 1 << 20 + 4096, at: at + 10, by: 2)
    }
    return "\(program.rules(by: policy, until: 18_000))"
  }

  /// Leaks for fifteen seconds, and then comes three times as seldom.
  private static func slowing(_ policy: LeakPolicy) -> String {
    var program = mappings(15)
    for number in 0..<60 { program.mapBlock(5000 + number, at: 15_000 + UInt64(number) * 1000) }
    return program.judged(by: policy, until: 75_000).story.joined(separator: ", ")
  }

  /// A heap that fills for twenty seconds and then creeps.
  private static func filledHeap(_ policy: LeakPolicy) -> String {
    var program = Program()
    program.setBreak(4096, at: 0)
    for tick in 1...400 as ClosedRange<UInt64> {
      program.setBreak(tick * 150 << 10, at: 100 + tick * 50)
    }
    for tick in 1...60 as ClosedRange<UInt64> {
      program.setBreak(60_000 << 10 + tick * 135_168, at: 20_100 + tick * 1300)
    }
    return program.judged(by: policy, until: 75_000).story.joined(separator: ", ")
  }

  /// Two sizes by one call path, each of them that of half of its stacks.
  private static func twoSizes(_ policy: LeakPolicy) -> String {
    var program = Program()
    for tick in 0..<40 {
      program.stackBytes = UInt64(1 + tick % 2) << 20
      program.map(tick, at: UInt64(tick) * 100, from: 4)
      program.run(1000 + UInt32(tick), on: tick, at: UInt64(tick) * 100)
    }
    let watch = program.judged(by: policy, until: 8000)
    return "\(watch.book.verdicts.map(\.subject.origin.unitBytes))"
  }

  private static func growth(_ policy: LeakPolicy, _ program: Program, until end: UInt64) -> String
  {
    var watch = Watch(program)
    var book = GrowthBook(policy: policy)
    var told: [String] = []
    var next = 0
    for ms in stride(from: 500 as UInt64, through: end, by: 500) {
      while next < program.events.count, program.events[next].when <= instant(ms) {
        watch.take(program.events[next])
        next += 1
      }
      told += book.news(watch.ledger, blamed: [], at: instant(ms)).map { "\(ms) \($0.reason)" }
    }
    return told.joined(separator: ", ")
  }

  private static var pool: Program {
    var program = Program()
    for number in 0..<50 { program.mapBlock(number, 1 << 20, at: UInt64(number) * 20) }
    return program
  }

  private static var churn: Program {
    var program = Program()
    for tick in 0..<100 {
      if tick % 5 < 3 {
        program.useBlock(tick, 1 << 20, at: UInt64(tick) * 100, lives: 50)
      } else {
        program.mapBlock(tick, 1 << 20, at: UInt64(tick) * 100)
      }
    }
    return program
  }

  static let programs: [ConstantFlip] = [
    ConstantFlip("threadStacks.oneSizePart", { $0.threadStacks.oneSizePart.value = 1 }, twoSizes),
    ConstantFlip("mappings.replacedPart", { $0.mappings.replacedPart.value = 4 }, replacing),
    ConstantFlip("mappings.idlePart", { $0.mappings.idlePart.value = 2 }, { threads($0, idle: 2) }),
    ConstantFlip("buffers.many", { $0.buffers.many.value = 100 }, buffers),
    ConstantFlip(
      "measures.lateEndsOfLeaking", { $0.measures.lateEndsOfLeaking.value = 0 },
      {
        mappings(40, freed: 3).judged(by: $0, until: 40_000).story.joined(separator: ", ")
      }),
    ConstantFlip("life.fadingShare", { $0.life.fadingShare.value = 0.02 }, slowing),
    ConstantFlip("life.fadingPart", { $0.life.fadingPart.value = 100 }, filledHeap),
    ConstantFlip(
      "life.newsTimes", { $0.life.newsTimes.value = 4 },
      {
        mappings(40).judged(by: $0, until: 40_000).story.joined(separator: ", ")
      }),
    ConstantFlip(
      "growth.leastBytes", { $0.growth.leastBytes.value = 64 << 20 },
      {
        growth($0, pool, until: 20_000)
      }),
    ConstantFlip(
      "growth.leastQuiet", { $0.growth.leastQuiet.value = .seconds(5) },
      {
        growth($0, pool, until: 20_000)
      }),
    ConstantFlip(
      "growth.turnoverPart", { $0.growth.turnoverPart.value = 1 },
      {
        growth($0, churn, until: 10_000)
      }),
    ConstantFlip(
      "growth.newsTimes", { $0.growth.newsTimes.value = 5 },
      {
        growth($0, churn, until: 10_000)
      }),
  ]
}
