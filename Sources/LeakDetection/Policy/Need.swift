// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What a rule asks for besides age and count.
public enum Need: Sendable, Hashable {
  /// The last one came within that time, or within so many times the usual gap.
  case going(within: KernelDuration, gaps: UInt64)
  /// The last one came within that time, or within one part in so many of the age.
  case goingSinceShare(within: KernelDuration, part: UInt64)
  /// The next one is not overdue: by half a period and that time.
  case due(slack: KernelDuration)
  /// The growth of no later quarter is below `least` of the mean, and the second half has `laterHalf`.
  case steady(laterHalf: Double, least: Double)
  /// The second half has more than that share of the growth.
  case laterHalf(above: Double)
  /// A period is known.
  case regular
  /// None of those that came was freed.
  case noneEnded
  /// So many bytes of each were used.
  case used(UInt64)
  /// The pace before was so many times higher or lower.
  case changeOfPace(Double)
  /// The least size rose by that much.
  case rise(UInt64)
  /// It rose by one part in `part` of what was there within `within`; half as much takes twice as long.
  case weight(part: UInt64, within: KernelDuration)
  /// One part in so many of its rise, at most, came from mappings that were freed meanwhile.
  case ownGrowth(part: UInt64)
  /// The rise is more than one part in `ofOwn` of its own size, and one in `ofBefore` of what was
  /// there before tracing.
  case outgrows(ofOwn: UInt64, ofBefore: UInt64)
  /// The latter three fifths of the time brought one part in so many of the rise, or more.
  case notFading(part: UInt64)
  /// The wait is proven: a newer stack was mapped that long after the thread ended.
  case proven
  /// The process is about to end.
  case ending

  /// `age` and `count` are those left after doubts; `least` is the rule's own age.
  func isMet(by signals: Signals, age: KernelDuration, count: Int, least: KernelDuration) -> Bool {
    switch self {
    case .going(let time, let gaps):
      signals.quiet <= max(time, age * gaps / UInt64(max(1, count)))
    case .goingSinceShare(let time, let part):
      signals.quiet <= max(time, age / part)
    case .due(let slack):
      signals.period.map { signals.quiet <= $0 + $0 / 2 + slack } ?? false
    case .steady(let laterHalf, let least):
      signals.course.isSteady(laterHalf: laterHalf, least: least)
    case .laterHalf(let share):
      signals.course.laterHalf > share * Double(signals.count)
    case .regular: signals.period != nil
    case .noneEnded: signals.ended == 0
    case .used(let bytes): signals.usedEach >= bytes
    case .changeOfPace(let times):
      signals.paceBefore >= times * signals.pace || signals.paceBefore * times <= signals.pace
    case .rise(let bytes): signals.rise >= bytes
    case .weight(let part, let time):
      Double(signals.rise) * Double(part) * Double(age.nanoseconds)
        >= Double(signals.base) * Double(time.nanoseconds)
    case .ownGrowth(let part): signals.rise / part >= signals.takenOver
    case .outgrows(let ofOwn, let ofBefore):
      signals.rise > signals.ownBytes / ofOwn
        && signals.rise.isOnePart(in: ofBefore, of: signals.heldBefore)
    case .notFading(let part): signals.latestRise.isOnePart(in: part, of: signals.rise)
    case .proven: signals.provenWait >= least
    case .ending: signals.isEnding
    }
  }
}

extension UInt64 {
  /// Whether it is at least one part in `parts` of `whole`; multiplying could overflow.
  fileprivate func isOnePart(in parts: UInt64, of whole: UInt64) -> Bool {
    self >= whole / parts + (whole % parts == 0 ? 0 : 1)
  }
}
