// SPDX-License-Identifier: Apache-2.0
import MappingEvents

@testable import LeakDetection

/// Numbers by which each rule just holds: its age and its count are met and no more.
enum RuleCases {
  /// A growth that is going on, as much in each quarter of its time.
  private static func signals(
    _ shape: Rule.Shape, _ age: Double, _ count: Int, _ change: (inout Signals) -> Void = { _ in }
  ) -> Signals {
    var signals = Signals(shape, age: .seconds(age), count: count)
    signals.quiet = .seconds(0.5)
    signals.span = .seconds(age)
    let quarter = Double(count) / 4
    signals.course = Course(SIMD4(repeating: quarter), latest: quarter, mostAskedOfLatest: 0.3)
    change(&signals)
    return signals
  }

  private static func stacks(
    _ wait: Double, _ count: Int, proven: Double = 0, isEnding: Bool = false
  ) -> Signals {
    signals(.idleStacks, wait, count) {
      $0.provenWait = .seconds(proven)
      $0.isEnding = isEnding
    }
  }

  private static func heap(_ age: Double, _ count: Int, rise: UInt64, of base: UInt64) -> Signals {
    signals(.heap, age, count) {
      $0.rise = rise
      $0.latestRise = rise / 2
      $0.base = base
    }
  }

  private static func buffer(_ age: Double, _ count: Int) -> Signals {
    signals(.buffers, age, count) {
      $0.rise = 1 << 20
      $0.ownBytes = 1 << 20
      $0.heldBefore = 32 << 20
    }
  }

  private static func later(_ count: Int) -> Signals {
    signals(.clockwork, 14, count) {
      $0.period = .seconds(1.5)
      $0.pace = 1
      $0.paceBefore = 5
    }
  }

  static let all: [RuleName: Signals] = [
    "thread-stacks-at-exit": stacks(0, 20, isEnding: true),
    "thread-stacks-passed-over": stacks(2, 20, proven: 2),
    "thread-stacks-waiting": stacks(6, 5),
    "few-thread-stacks": stacks(0.5, 3),

    "reserved-address-space": signals(.reservations, 60, 64),
    "used-reservations": signals(.reservations, 13, 32) { $0.usedEach = 4096 },
    "slow-clockwork": signals(.clockwork, 17, 4) { $0.period = .seconds(4) },
    "clockwork": signals(.clockwork, 13, 8) { $0.period = .seconds(1.5) },
    "fast-clockwork": signals(.clockwork, 12, 48) { $0.period = .seconds(0.25) },
    "steady-mappings": signals(.irregular, 13, 16),
    "patient-mappings": signals(.irregular, 40, 10),
    "later-clockwork": later(8),
    "later-mappings": later(20),
    "swelling-mappings": signals(.swelling, 13, 8),
    "several-mappings": signals(.irregular, 6, 5),
    "few-mappings": signals(.irregular, 9.5, 3),

    "growing-buffers": buffer(13, 8),
    "young-buffers": buffer(6, 5),

    "steady-heap": heap(13, 6, rise: 1 << 20, of: 1 << 20),
    "even-heap": heap(13, 40, rise: 1 << 20, of: 1 << 30),
    "later-heap-growth": heap(20, 24, rise: 1 << 20, of: 4 << 20),
    "rising-heap": heap(6, 4, rise: 1 << 20, of: 1 << 30),
  ]
}

extension Need {
  /// Needs like this one that ask for a little more than `signals` have; for a need without a number,
  /// none.
  func stricter(than signals: Signals) -> [Need] {
    let share = signals.course.laterHalf / signals.course.total
    let more = KernelDuration.seconds(0.1)
    return switch self {
    case .going: [.going(within: .seconds(0.4), gaps: 0)]
    case .goingSinceShare: [.goingSinceShare(within: .seconds(0.4), part: 100)]
    // Half a period more than the time since the last one is allowed already.
    case .due: []
    case .steady(let half, let least):
      [.steady(laterHalf: share + 0.01, least: least), .steady(laterHalf: half, least: 1.01)]
    case .laterHalf: [.laterHalf(above: share)]
    case .used(let bytes): [.used(bytes + 1)]
    case .changeOfPace: [.changeOfPace(signals.paceBefore / signals.pace + 0.01)]
    case .rise: [.rise(signals.rise + 1)]
    case .weight(let part, let time):
      [.weight(part: 1, within: time * 100), .weight(part: part, within: time * 100_000 + more)]
    case .ownGrowth: []
    case .outgrows(_, let before):
      [
        .outgrows(ofOwn: 1, ofBefore: before),
        .outgrows(ofOwn: 2, ofBefore: signals.heldBefore / (signals.rise + 1)),
      ]
    case .notFading: [.notFading(part: 1)]
    case .regular, .noneEnded, .proven, .ending: []
    }
  }

  /// Changes the one number of the signals that this need is about, so that it is met no more; false
  /// where a stricter need shows the same.
  func spoil(_ signals: inout Signals) -> Bool {
    switch self {
    case .due(let slack):
      guard let period = signals.period else { return false }
      signals.quiet =
        period + period / 2 + slack + KernelDuration(nanoseconds: 1)
    case .ownGrowth(let part): signals.takenOver = signals.rise / part + 1
    case .regular: signals.period = nil
    case .noneEnded: signals.ended = 1
    case .proven:
      signals.provenWait = KernelDuration(nanoseconds: signals.provenWait.nanoseconds - 1)
    case .ending: signals.isEnding = false
    case .going, .goingSinceShare, .steady, .laterHalf, .used, .changeOfPace, .rise, .weight,
      .outgrows, .notFading:
      return false
    }
    return true
  }
}
