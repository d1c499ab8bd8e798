// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import LeakDetection

/// How a least size rises, read from histories that are written down.
@Suite struct RisingFloorTests {
  private let measures = Measures()

  @Test("a size that rises evenly is steady, also at its end")
  func even() throws {
    let seen = Observation.rises(40, seenAt: 20_000) { UInt64($0) << 20 }
    let floor = try #require(RisingFloor(seen, measures))
    #expect(floor.levels.map { $0 >> 20 } == [0, 8, 16, 24, 32] && floor.rise == 32 << 20)
    #expect(floor.steps == 40 && floor.span == .seconds(16))
    #expect(floor.course.isSteady(laterHalf: 0.45, least: 0.9))
  }

  @Test("a size that stopped rising in its last fifth is not steady")
  func stopped() throws {
    let seen = Observation.rises(40, seenAt: 20_000) { UInt64(min($0, 33)) << 20 }
    let floor = try #require(RisingFloor(seen, measures))
    #expect(floor.latest == 33 << 20)
    #expect(!floor.course.isSteady(laterHalf: 0.38, least: 0.3))
  }

  @Test("a sawtooth does not rise")
  func sawtooth() throws {
    let seen = Observation.rises(40, seenAt: 20_000) { UInt64($0 % 8) << 20 }
    #expect(try #require(RisingFloor(seen, measures)).rise == 0)
  }

  @Test("two steps are no course, and nothing is read of no time")
  func tooLittle() {
    #expect(RisingFloor(.rises(2, seenAt: 5000) { UInt64($0) }, measures) == nil)
    #expect(RisingFloor(.rises(9, seenAt: 0) { UInt64($0) }, measures) == nil)
  }

  @Test("a rise is weighed against what was there at its beginning")
  func signals() throws {
    var seen = Observation.rises(40, seenAt: 20_000) { UInt64(100 + $0) << 20 }
    seen.present.bytes = 90 << 20
    seen.heldBefore = 5 << 20
    let floor = try #require(RisingFloor(seen, measures))
    let signals = Signals(.heap, floor, seen)
    #expect(signals.base == 105 << 20 && signals.rise == 32 << 20)
    #expect(signals.ownBytes == 10 << 20 && signals.heldBefore == 90 << 20)
    #expect(signals.age == .seconds(20) && signals.count == 40)
    #expect(signals.latestRise == floor.latest - (116 << 20))
    seen.heldBefore = .max
    #expect(Signals(.heap, floor, seen).base == .max)
  }

  @Test("what was there at a later beginning is not part of the growth since")
  func later() throws {
    let seen = Observation.rises(40, seenAt: 20_000) { UInt64($0) << 20 }
    let floor = try #require(RisingFloor(seen, from: 20, measures))
    #expect(floor.isLater && floor.first == instant(10_000) && floor.levels[0] == 20 << 20)
  }
}
