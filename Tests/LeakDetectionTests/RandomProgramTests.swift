// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Some hundred programs by chance: how many innocent ones are blamed, and how soon leaks are known.
@Suite struct RandomProgramTests {
  private let draw = InnocentDraw()

  @Test("of 300 innocent programs next to none is ever called leaking, and none in the end")
  func innocents() {
    var blamed: [String] = []
    var inTheEnd = 0
    for seed in 0..<300 as Range<UInt64> {
      var dice = SplitMix64(state: seed &* 0x51_7cc1)
      let shape = InnocentDraw.Shape.allCases[Int(seed) % InnocentDraw.Shape.allCases.count]
      let watch = draw.program(shape, &dice).watched(until: 60_000)
      if let since = watch.leakingSince { blamed.append("\(shape) \(seed) at \(since)") }
      if watch.standing.contains(where: { $0.hasPrefix("leaking") }) { inTheEnd += 1 }
    }
    print("innocent programs blamed: \(blamed.count) of 300: \(blamed)")
    #expect(blamed.count <= 3)
    #expect(inTheEnd == 0)
  }

  @Test("of 200 leaking programs all are found, six in seven within 15 s or 20 repetitions")
  func leaks() {
    var late: [String] = []
    var missed: [String] = []
    var times: [UInt64] = []
    for seed in 0..<200 as Range<UInt64> {
      var dice = SplitMix64(state: seed &* 0x9e_3779 &+ 3)
      var program = Program()
      let gap = UInt64.random(in: 20...2500, using: &dice)
      let isRegular = Bool.random(using: &dice)
      let churns = Bool.random(using: &dice)
      let warmUp = Int.random(in: 0...2, using: &dice) == 0 ? 100 : 0
      for number in 0..<warmUp { program.mapBlock(50_000 + number, at: UInt64(number) * 10) }
      let begin = UInt64.random(in: 0...1000, using: &dice) + UInt64(warmUp) * 10
      var at = begin
      var number = 0
      while at < 90_000 {
        program.mapBlock(number, at: at)
        number += 1
        at += isRegular ? gap : UInt64.random(in: 1...2 * gap, using: &dice)
      }
      if churns {
        for tick in 0..<2000 {
          program.useBlock(
            60_000 + tick, at: UInt64(tick) * 40,
            lives: UInt64.random(in: 1...700, using: &dice))
        }
      }
      let watch = program.watched(until: 90_000)
      let name =
        "\(seed): every \(gap) ms\(isRegular ? "" : " by chance")\(churns ? ", churn" : "")\(warmUp > 0 ? ", warm-up" : "")"
      guard let since = watch.leakingSince else {
        missed.append(name)
        continue
      }
      times.append(since - begin)
      if since - begin > max(15_000, 20 * gap) { late.append("\(name) after \(since - begin)") }
      if watch.standing.contains(where: { $0.hasPrefix("leaking") }) == false {
        missed.append("\(name): taken back")
      }
    }
    times.sort()
    print(
      "leaks: median \(times[times.count / 2]) ms, 9 in 10 within \(times[times.count * 9 / 10]) ms;"
        + " late \(late.count): \(late); missed \(missed)")
    #expect(missed.isEmpty)
    #expect(late.count <= 28)
  }
}
