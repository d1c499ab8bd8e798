// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// When mappings that keep coming, and of which none goes, are called a leak.
///
/// A cache that fills without a pause looks the same until it is full, and nothing tells the two apart.
/// So these rules wait: for time, for repetitions that chance does not explain, and for growth that
/// does not slow down.
public struct MappingPolicy: Sendable {
  public var leaking: [Rule] = [
    Rule(
      "reserved-address-space", .leaking, .reservations, age: .seconds(60), count: 64,
      doubted: .ageAndCount, needs: [.usualSteadiness],
      why: "Allocators reserve address space in plenty, and it costs nearly nothing."),
    Rule(
      "used-reservations", .leaking, .reservations, age: .seconds(13), count: 32,
      doubted: .ageAndCount,
      needs: [.usualSteadiness, .used(4096), .going(within: .seconds(1), gaps: 0)],
      why: "Where a page of each is or was in use, the program had a purpose with each."),
    Rule(
      "slow-clockwork", .leaking, .clockwork, age: .seconds(17), count: 4, doubted: .ageAndCount,
      needs: [.due(slack: .seconds(1))],
      why: "Four at equal distances are no chance. Caches seldom fill so evenly for so long."),
    Rule(
      "clockwork", .leaking, .clockwork, age: .seconds(13), count: 8, doubted: .ageAndCount,
      needs: [.due(slack: .seconds(1))],
      why: "More repetitions at equal distances need less time."),
    Rule(
      "fast-clockwork", .leaking, .clockwork, age: .seconds(12), count: 48, doubted: .ageAndCount,
      needs: [.due(slack: .seconds(1)), .noneEnded],
      why: "A little less time is enough where one comes often, and none of them ever went."),
    Rule(
      "steady-mappings", .leaking, .irregular, age: .seconds(13), count: 16,
      doubted: .ageAndCount, needs: [.usualSteadiness, .going(within: .seconds(1), gaps: 4)],
      why: "Most pools and caches are full before, or come ever slower."),
    Rule(
      "patient-mappings", .leaking, .irregular, age: .seconds(40), count: 10,
      doubted: .ageAndCount, needs: [.usualSteadiness, .going(within: .seconds(1), gaps: 4)],
      why: "Fewer are enough where it has gone on for long."),
  ]
  /// Asked besides one of `leaking`, of growth that began after another one.
  public var later: [Rule] = [
    Rule(
      "later-clockwork", .leaking, .mappings, age: .seconds(14), count: 8,
      needs: [.regular, .changeOfPace(4)],
      why:
        "After a warm-up the pace must have changed: what merely slows down is a pool that fills."),
    Rule(
      "later-mappings", .leaking, .mappings, age: .seconds(14), count: 20,
      needs: [.changeOfPace(4), .steady(laterHalf: 0.42, least: 0.5)],
      why: "Chance has many beginnings to choose from, so more are asked for, at a steadier pace."),
  ]
  public var swelling: [Rule] = [
    Rule(
      "swelling-mappings", .leaking, .swelling, age: .seconds(13), count: 8,
      needs: [.goingSinceShare(within: .seconds(2), part: 4), .usualSteadiness],
      why: """
        What an allocator takes in ever larger pieces, ever more seldom, is judged by its bytes, \
        as a heap is.
        """)
  ]
  public var suspect: [Rule] = [
    Rule(
      "several-mappings", .suspect, .mappings, age: .seconds(6), count: 5,
      needs: [stillComing, .laterHalf(above: 0.15)],
      why: "Five that stay for six seconds are worth a word."),
    Rule(
      "few-mappings", .suspect, .mappings, age: .seconds(9.5), count: 3,
      needs: [stillComing, .laterHalf(above: 0.15)],
      why: "Three are worth a word where they come seldom."),
  ]
  public var replacedPart = Constant(
    2,
    """
    Where at least one in so many took the place of a like one from before tracing, it is a suspect \
    at most: a program long at work replaces what it has. Once those are used up, it is not that.
    """)
  public var idlePart = Constant(
    8,
    """
    Stacks that threads run on are judged here only while at most one in so many has no thread: a \
    pool keeps some idle ones, and a leak of stacks without a thread has more.
    """)

  public init() {}

  /// A suspect for which this is not so may pause.
  static let stillComing = Need.going(within: .seconds(2), gaps: 2)

  /// The fewest that any rule asks for: with less there is nothing to measure.
  var fewest: Int { (leaking + suspect).map(\.count).min() ?? 0 }
}

extension Need {
  /// A pool or a cache that fills comes ever slower.
  static let usualSteadiness = Need.steady(laterHalf: 0.38, least: 0.3)
}

/// When buffers that mremap grows are called a leak.
public struct BufferPolicy: Sendable {
  public var leaking: [Rule] = [
    Rule(
      "growing-buffers", .leaking, .buffers, age: .seconds(13), count: 8,
      needs: [.outgrowing, .going(within: .seconds(2), gaps: 3), .usualSteadiness],
      why: "A buffer that grows as fast in the end as in the beginning has no bound in sight.")
  ]
  public var suspect: [Rule] = [
    Rule(
      "young-buffers", .suspect, .buffers, age: .seconds(6), count: 5,
      needs: [.outgrowing, .going(within: .seconds(2), gaps: 3), .laterHalf(above: 0)],
      why: "A buffer that grew five times, and lately, is worth a word.")
  ]
  public var many = Constant(
    8,
    """
    So many buffers of one call path are judged as mappings too: they can keep coming, and they can \
    all grow.
    """)

  public init() {}
}

extension Need {
  /// What was there before tracing says nothing of how fast something grows; but a piece added to much
  /// is no growth to speak of.
  static let outgrowing = Need.outgrows(ofOwn: 2, ofBefore: 64)
}
