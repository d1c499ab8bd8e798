// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// When a heap that grows and does not come back is called a leak.
public struct HeapPolicy: Sendable {
  public var leaking: [Rule] = [
    Rule(
      "steady-heap", .leaking, .heap, age: .seconds(13), count: 6,
      needs: [
        .rise(256 << 10), .going(within: .seconds(2), gaps: 3), .usualSteadiness,
        .weight(part: 4, within: .seconds(20)), .ownGrowth(part: 2),
      ],
      why: """
        A heap that warmed up creeps on for a while, as what is cached comes to lie less densely. \
        So the rise is weighed against what was there.
        """),
    Rule(
      "even-heap", .leaking, .heap, age: .seconds(13), count: 40,
      needs: [
        .rise(256 << 10), .going(within: .seconds(2), gaps: 3),
        .steady(laterHalf: 0.45, least: 0.85),
        .ownGrowth(part: 2),
      ],
      why: """
        Where it grew that often, as much in each fifth of the time, it is not weighed: what \
        comes of chance is not so even.
        """),
  ]
  public var later: [Rule] = [
    Rule(
      "later-heap-growth", .leaking, .heap, age: .seconds(20), count: 24,
      needs: [
        .rise(256 << 10), .weight(part: 4, within: .seconds(20)),
        .going(within: .seconds(2), gaps: 3), .steady(laterHalf: 0.42, least: 0.5),
        .ownGrowth(part: 2),
      ],
      why: """
        Growth after a warm-up is looked at alone. Chance has many beginnings to choose from, so \
        more is asked for.
        """)
  ]
  public var suspect: [Rule] = [
    Rule(
      "rising-heap", .suspect, .heap, age: .seconds(6), count: 4,
      needs: [
        .going(within: .seconds(2), gaps: 3), .notFading(part: 8), .rise(256 << 10),
        .ownGrowth(part: 2),
      ],
      why: "A heap that grew four times in six seconds, and lately, is worth a word.")
  ]

  public init() {}
}
