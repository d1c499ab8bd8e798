// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import LeakDetection

/// What stays, read from histories that are written down.
@Suite struct StuckAllocationsTests {
  private let measures = Measures()

  private func stuck(_ seen: Observation, from: Int = 0) -> StuckAllocations? {
    StuckAllocations(seen, lateEnds: 2, from: from, measures)
  }

  @Test("what is older than a second and was never freed is stuck; the youngest does not count yet")
  func patience() throws {
    let found = try #require(stuck(.stays(at: [0, 1000, 2000, 3000], seenAt: 3500)))
    #expect(found.count == 3 && found.bytes == 3 << 16)
    #expect(found.patience == KernelDuration(nanoseconds: 1 << 30))
    #expect(found.first == instant(0) && found.last == instant(3000))
  }

  @Test("two that stay are no growth")
  func tooFew() {
    #expect(stuck(.stays(at: [0, 1000], seenAt: 9000)) == nil)
    #expect(stuck(Observation(at: 100, [.init(at: 0, survivors: 9)])) == nil)
  }

  @Test("where frees come late, only what is older than they were counts")
  func lateFrees() throws {
    let moments = (0..<40).map { UInt64($0) * 1000 }
    var seen = Observation.stays(at: moments, seenAt: 40_000)
    #expect(try #require(stuck(seen)).count == 39)
    seen = Observation(at: 40_000, seen.windows, ended: [(atAge: 6000, count: 10)])
    let found = try #require(stuck(seen))
    // No free was seen past 8.6 s.
    #expect(found.patience == KernelDuration(nanoseconds: 1 << 33) && found.count == 32)
    #expect(found.ended == 10 && found.endedLate == 0)
  }

  @Test("growth that keeps its pace is steady, and growth that slows down is not")
  func course() throws {
    let even = try #require(stuck(.stays(at: (0..<41).map { $0 * 500 }, seenAt: 21_500)))
    #expect(even.course.isSteady(laterHalf: 0.45, least: 0.9))
    let slowing = try #require(
      stuck(.stays(at: (0..<41).map { $0 * $0 * $0 / 4 + $0 * 20 }, seenAt: 18_000)))
    #expect(!slowing.course.isSteady(laterHalf: 0.38, least: 0.3))
  }

  @Test("a window that two quarters share gives each its part")
  func sharedWindow() throws {
    let seen = Observation(at: 20_000, [.init(at: 0, lastAt: 8000, survivors: 8)])
    let found = try #require(stuck(seen))
    // The horizon is 18.9 s: the first quarter has 4.7 of 8 s.
    #expect(abs(found.course.quarters[0] - 4.73) < 0.01)
    #expect(abs(found.course.quarters[1] - 3.27) < 0.01)
    #expect(found.course.laterHalf == 0)
  }

  @Test("mappings that come one by one at equal distances have a period")
  func period() throws {
    let seen = Observation.stays(at: [0, 2000, 4000, 6100, 8000], seenAt: 12_000)
    #expect(try #require(stuck(seen)).windowPeriod(measures) == .seconds(2))
    let uneven = Observation.stays(at: [0, 2000, 3000, 6100, 8000], seenAt: 12_000)
    #expect(try #require(stuck(uneven)).windowPeriod(measures) == nil)
  }

  @Test("what comes more often than windows are long has the period of its gaps, where all stay")
  func periodOfGaps() throws {
    var seen = Observation(
      at: 12_000, (0..<20).map { .init(at: UInt64($0) * 500, survivors: 5) })
    seen.usualGap = 100e6
    seen.gapDeviation = 5e6
    let found = try #require(stuck(seen))
    #expect(found.windowPeriod(measures) == nil)
    #expect(found.period(of: seen, measures) == .seconds(0.1))
    seen.freed.count = 1
    #expect(found.period(of: seen, measures) == nil)
    seen.freed.count = 0
    seen.gapDeviation = 50e6
    #expect(found.period(of: seen, measures) == nil)
  }

  @Test("windows before the beginning that is asked for are left out")
  func later() throws {
    let seen = Observation.stays(at: [0, 100, 200, 5000, 6000, 7000], seenAt: 12_000)
    let found = try #require(stuck(seen, from: 3))
    #expect(found.count == 3 && found.first == instant(5000))
  }

  @Test("signals carry times since now, and the shape that rules ask for")
  func signals() throws {
    var seen = Observation.stays(at: [0, 2000, 4000, 6000], seenAt: 9000)
    let found = try #require(stuck(seen))
    var signals = Signals(found, seen, measures)
    #expect(signals.age == .seconds(9) && signals.quiet == .seconds(3))
    #expect(signals.span == .seconds(6) && signals.count == 4)
    #expect(signals.shape == .clockwork && signals.period == .seconds(2))
    seen.origin.manner = .reserved
    seen.everCommitted = 4 << 12
    signals = Signals(found, seen, measures)
    #expect(signals.shape == .reservations && signals.usedEach == 4096)
  }

  @Test("the pace before is that of the time just before, and of a quarter as long at most")
  func pace() throws {
    // Twenty at first, nothing for long, then one a second.
    let windows =
      [Trend.Window(at: 0, survivors: 20)] + (10..<30).map { .init(at: $0 * 1000, survivors: 1) }
    let seen = Observation(at: 32_000, windows)
    let found = try #require(stuck(seen, from: 1))
    var signals = Signals(found, seen, measures)
    signals.comparePace(with: windows[..<1], from: instant(10_000), to: found.horizon)
    #expect(abs(signals.paceBefore * 1e9 - 2) < 0.01 && abs(signals.pace * 1e9 - 0.96) < 0.01)
  }
}
