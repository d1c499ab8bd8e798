// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import LeakDetection

/// Says of every space what it was told to say.
private struct ScriptedDetector: LeakDetector {
  /// Standing and count by second; nothing is said at other times.
  var script: [UInt64: (Verdict.Standing, Int)]

  func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    guard let (standing, count) = script[milliseconds(now) / 1000] else { return [] }
    return [
      Verdict(
        subject: Verdict.Subject(
          space: space.id, origin: Origin(kind: .anonymous, unitBytes: 4096)),
        standing: standing, rule: "steady-mappings", process: ProcessID(100), processName: "server",
        count: count,
        bytes: UInt64(count) * 4096, bytesPerMinute: 1, period: nil, first: instant(0), last: now,
        evidence: [], ranges: [])
    ]
  }
}

@Suite struct VerdictBookTests {
  private func story(_ script: [(Verdict.Standing, Int)?]) -> [String] {
    var watch = Watch(Program())
    var said: [UInt64: (Verdict.Standing, Int)] = [:]
    for (second, entry) in script.enumerated() { said[UInt64(second)] = entry }
    watch.book = VerdictBook(detectors: [ScriptedDetector(script: said)])
    for second in script.indices { watch.judge(at: instant(UInt64(second) * 1000)) }
    return watch.story
  }

  @Test("the same again is not told again")
  func same() {
    #expect(story([(.leaking, 10), (.leaking, 10), (.leaking, 19)]) == ["0 leaking 10"])
  }

  @Test("another standing is told, in both directions")
  func standing() {
    #expect(
      story([(.suspect, 10), (.leaking, 10), (.suspect, 10)]) == [
        "0 suspect 10", "1000 leaking 10", "2000 suspect 10",
      ])
  }

  @Test("twice and half of what was told last are told")
  func counts() {
    #expect(
      story([(.leaking, 10), (.leaking, 15), (.leaking, 20), (.leaking, 11), (.leaking, 10)]) == [
        "0 leaking 10", "2000 leaking 20", "4000 leaking 10",
      ])
  }

  @Test("what is not said any more is withdrawn once, and told anew when it comes back")
  func withdrawn() {
    #expect(
      story([(.leaking, 10), nil, nil, (.leaking, 10)]) == [
        "0 leaking 10", "1000 withdrawn 0", "3000 leaking 10",
      ])
  }

  @Test("an innocent space is not spoken of")
  func innocent() {
    #expect(story([nil, nil]).isEmpty)
  }

  @Test("what still leaks comes first, however much the ended left, and the end is dated once")
  func endedLast() throws {
    var watch = Watch(Program())
    watch.book = VerdictBook(detectors: [ScriptedDetector(script: [0: (.leaking, 10)])])
    let key = SpaceKey(0xffff_8883_0000_0000)
    watch.ledger.merge(
      SpaceSnapshot(key: key, totals: SpaceTotals(), areas: []), at: instant(0), reason: .unknown)
    watch.judge(at: instant(0))
    let ending = try #require(watch.ledger.space(of: SpaceKey(Program().space)))
    _ = watch.book.judge(ending, in: watch.ledger, at: instant(0), isEnding: true)
    #expect(watch.book.verdicts.map(\.endedAt) == [nil, instant(0)])
    #expect(watch.book.verdicts.last?.subject.space == ending.id)
    // Without an event of its own the end is as late as it was noticed.
    watch.ledger.keepOnly([], asOf: instant(1))
    watch.judge(at: instant(2))
    watch.judge(at: instant(500))
    #expect(watch.book.verdicts.map(\.endedAt) == [instant(2), instant(0)])
  }

  @Test("of processes that ended the thousand largest verdicts are kept")
  func bounded() {
    var watch = Watch(Program())
    watch.book = VerdictBook(detectors: [ScriptedDetector(script: [0: (.leaking, 10)])])
    for number in 1...2100 as ClosedRange<UInt64> {
      watch.ledger.merge(
        SpaceSnapshot(
          key: SpaceKey(0xffff_8883_0000_0000 + number), totals: SpaceTotals(), areas: []),
        at: instant(0), reason: .unknown)
    }
    watch.judge(at: instant(0))
    #expect(watch.book.verdicts.count == 2101)
    watch.ledger.keepOnly([], asOf: instant(1))
    watch.judge(at: instant(2))
    #expect(watch.book.verdicts.count == 1000)
  }

  @Test("detectors have verdicts of their own on one space")
  func twoDetectors() {
    var watch = Watch(Program())
    watch.book = VerdictBook(detectors: [
      ScriptedDetector(script: [0: (.leaking, 10), 1: (.leaking, 10)]),
      OrphanedThreadStackDetector(),
    ])
    watch.judge(at: instant(0))
    watch.judge(at: instant(1000))
    #expect(watch.story == ["0 leaking 10"])
  }
}
