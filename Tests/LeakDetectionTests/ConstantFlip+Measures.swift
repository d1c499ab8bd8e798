// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit

@testable import LeakDetection

extension ConstantFlip {
  private static func stuck(_ policy: LeakPolicy, _ seen: Observation) -> StuckAllocations? {
    StuckAllocations(
      seen, lateEnds: policy.measures.lateEnds.value, policy.measures)
  }

  /// One mapping a second that stays, and so many that were freed at an age of six seconds.
  private static func freed(_ count: UInt32) -> Observation {
    let moments = (0..<40).map { UInt64($0) * 1000 }
    let windows = Observation.stays(at: moments, seenAt: 40_000).windows
    return Observation(at: 40_000, windows, ended: [(atAge: 6000, count: count)])
  }

  /// Many that came evenly, with gaps that differ by a tenth.
  private static func even(_ count: Int) -> Observation {
    var seen = Observation(
      at: 12_000, (0..<20).map { .init(at: UInt64($0) * 500, survivors: 5) })
    seen.mapped.count = count
    seen.usualGap = 100e6
    seen.gapDeviation = 10e6
    return seen
  }

  private static func period(_ policy: LeakPolicy, _ seen: Observation) -> String {
    "\(stuck(policy, seen)?.period(of: seen, policy.measures) != nil)"
  }

  static let stuck: [ConstantFlip] = [
    ConstantFlip(
      "measures.leastPatience", { $0.measures.leastPatience.value = 32 },
      {
        "\(stuck($0, .stays(at: [0, 1000, 2000], seenAt: 4000)) != nil)"
      }),
    ConstantFlip(
      "measures.mostPatience", { $0.measures.mostPatience.value = 32 },
      {
        "\(stuck($0, freed(10)) != nil)"
      }),
    ConstantFlip(
      "measures.lateEnds", { $0.measures.lateEnds.value = 30 },
      {
        "\(stuck($0, freed(10))?.count ?? 0)"
      }),
    ConstantFlip(
      "measures.fewestStuck", { $0.measures.fewestStuck.value = 4 },
      {
        "\(stuck($0, .stays(at: [0, 1000, 2000], seenAt: 4000)) != nil)"
      }),
    ConstantFlip(
      "measures.fewestMoments", { $0.measures.fewestMoments.value = 5 },
      {
        period($0, .stays(at: [0, 2000, 4000, 6000], seenAt: 9000))
      }),
    ConstantFlip(
      "measures.fewestGaps", { $0.measures.fewestGaps.value = 101 },
      {
        period($0, even(100))
      }),
    ConstantFlip(
      "measures.regularPart", { $0.measures.regularPart.value = 20 },
      {
        period($0, even(100))
      }),
    ConstantFlip(
      "measures.laterHalf", { $0.measures.laterHalf.value = 0.6 },
      {
        period($0, even(100))
      }),
    ConstantFlip(
      "measures.leastQuarter", { $0.measures.leastQuarter.value = 1.2 },
      {
        period($0, even(100))
      }),
    ConstantFlip(
      "measures.fewestRegular", { $0.measures.fewestRegular.value = 4 },
      {
        "\(regularPeriod(of: [10, 20, 30, 40], $0.measures) != nil)"
      }),
    ConstantFlip(
      "measures.regularMedianPart", { $0.measures.regularMedianPart.value = 50 },
      {
        "\(regularPeriod(of: [0, 105, 200, 310, 400, 505, 600], $0.measures) != nil)"
      }),
    ConstantFlip(
      "measures.reservedPart", { $0.measures.reservedPart.value = 4 },
      {
        var seen = Observation(at: 0, [], manner: .reserved)
        (seen.live.bytes, seen.committedBytes) = (300 << 20, 100 << 20)
        return "\(seen.isMostlyReserved($0.measures))"
      }),
    ConstantFlip(
      "measures.swellingTimes", { $0.measures.swellingTimes.value = 8 },
      {
        var seen = Observation(at: 0, [])
        (seen.smallestBytes, seen.largestBytes) = (4096, 5 * 4096)
        return "\(seen.swells($0.measures))"
      }),
  ]

  private static func isSteady(_ policy: LeakPolicy, until step: Int) -> String {
    let seen = Observation.rises(40, seenAt: 20_000) { UInt64(min($0, step)) << 20 }
    let floor = RisingFloor(seen, policy.measures)
    return "\(floor?.course.isSteady(laterHalf: 0.38, least: 0.3) ?? false)"
  }

  static let floors: [ConstantFlip] = [
    ConstantFlip(
      "measures.fewestSteps", { $0.measures.fewestSteps.value = 5 },
      {
        "\(RisingFloor(.rises(4, seenAt: 9000) { UInt64($0) << 20 }, $0.measures) != nil)"
      }),
    ConstantFlip(
      "measures.leastLatest", { $0.measures.leastLatest.value = 0.1 },
      {
        isSteady($0, until: 33)
      }),
    ConstantFlip(
      "measures.latestPart", { $0.measures.latestPart.value = 1 },
      {
        let seen = Observation.rises(40, seenAt: 20_000) { UInt64($0) << 20 }
        return "\(RisingFloor(seen, $0.measures)?.latest ?? 0)"
      }),
  ]

  private static func draft(
    _ policy: LeakPolicy, _ seen: Observation
  ) -> DraftVerdict? {
    stuck(policy, seen).map { DraftVerdict(.suspect, "few-mappings", $0, seen, policy.measures) }
  }

  static let told: [ConstantFlip] = [
    ConstantFlip(
      "measures.fewestGapsTold", { $0.measures.fewestGapsTold.value = 101 },
      {
        var seen = even(100)
        seen.live.count = 100
        return "\(draft($0, seen)?.period != nil)"
      }),
    ConstantFlip(
      "measures.purePart", { $0.measures.purePart.value = 100 },
      {
        var seen = Observation(
          at: 40_000, freed(0).windows, ended: [(atAge: 10, count: 2)])
        seen.live.count = 41
        return "\(draft($0, seen)?.count ?? 0)"
      }),
    ConstantFlip(
      "measures.remainsPart", { $0.measures.remainsPart.value = 2 },
      {
        var seen = Observation.stays(at: [0, 1000, 2000, 3000], seenAt: 9000)
        (seen.mapped, seen.freed) = (.init(count: 100, bytes: 1000), .init(count: 5, bytes: 200))
        return "\(draft($0, seen)?.evidence ?? [])"
      }),
  ]
}
