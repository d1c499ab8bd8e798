// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// How the least size of one origin, or of the heap, moved: what a buffer that only grows shows, and
/// a heap, of which no part has a birth of its own.
struct EnvelopeReading {
  /// The least size in each fifth of the time looked at.
  let levels: [UInt64]
  /// The least size in the end of the last fifth: its own least is that of its beginning.
  let latest: UInt64
  /// Times that it grew.
  let steps: Int
  let first: UInt64
  let last: UInt64
  /// Nanoseconds from the beginning of the first fifth to that of the last: the least size of a time in
  /// which it rises is that of its beginning.
  let span: UInt64
  /// Whether what was there at its beginning came in a time that is left out.
  let isLater: Bool

  /// Nil while there is too little of it.
  init?(_ trend: Trend, _ live: UInt64, at now: KernelInstant, from: Int = 0) {
    let windows = trend.windows
    guard let start = from < windows.count ? windows[from].start : nil, now.nanoseconds > start
    else { return nil }
    let fifth = max(1, (now.nanoseconds - start) / 5)
    var levels: [UInt64] = Array(repeating: .max, count: 5)
    var steps = 0
    var last = start
    for index in from..<windows.count {
      let window = windows[index]
      if window.born + window.growths > 0 {
        steps += window.born + window.growths
        last = window.lastBirth
      }
      let end = index + 1 < windows.count ? windows[index + 1].start : now.nanoseconds
      let least = UInt64(max(0, window.leastBytes))
      let low = min(4, Int((window.start - start) / fifth))
      let high = min(4, Int((max(end, window.start + 1) - 1 - start) / fifth))
      for number in low...high { levels[number] = min(levels[number], least) }
    }
    for number in 0..<5 where levels[number] == .max {
      levels[number] = number > 0 ? levels[number - 1] : live
    }
    guard steps >= 3 else { return nil }
    let end = now.nanoseconds - min(now.nanoseconds, max(fifth / 4, Trend.finest))
    latest =
      windows.lazy.filter { $0.start >= end }.map { UInt64(max(0, $0.leastBytes)) }.min() ?? live
    self.levels = levels
    self.steps = steps
    self.first = start
    self.last = last
    isLater = from > 0
    span = 4 * fifth
  }

  /// What filled up and stays so is told from what goes on by the last fifth, of which the end is left out.
  private static let leastInLast = 0.3

  var rise: UInt64 { levels[4] > levels[0] ? levels[4] - levels[0] : 0 }

  /// Whether the latter three fifths brought next to nothing of it.
  var fades: Bool { (latest - min(latest, levels[2])) * 8 < rise }

  /// Whether it rose in every fifth, also in the last, and as fast in the end as in the beginning.
  func isSteady(laterShare: Double = 0.38, least: Double = 0.3) -> Bool {
    let rises = zip(levels.dropFirst(), levels).map { Double($0) - Double($1) }
    let total = rises.reduce(0, +)
    guard total > 0 else { return false }
    return rises.dropFirst().allSatisfy { $0 >= total / 4 * least } && rises[0] >= 0
      && rises[2] + rises[3] >= laterShare * total
      && Double(latest) - Double(levels[4]) >= total / 4 * min(least, Self.leastInLast)
  }
}
