// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// How the least size of one origin, or of the heap, rises.
///
/// A buffer that only grows shows nothing else, and no part of a heap has a birth of its own.
struct RisingFloor: Equatable, Sendable {
  /// The least size in each fifth of the time looked at.
  let levels: [UInt64]
  /// The least size at the end of the last fifth: the fifth's own least is that of its beginning.
  let latest: UInt64
  /// Times that it grew.
  let steps: Int
  let first: KernelInstant
  let last: KernelInstant
  /// From the beginning of the first fifth to that of the last. The least size of a time in which it
  /// rises is that of its beginning.
  let span: KernelDuration
  /// Whether what was there at its beginning came in a time that is left out.
  let isLater: Bool
  let course: Course

  /// Nil while there is too little of it. Windows before `from` are left out.
  init?(_ seen: Observation, from: Int = 0, _ measures: Measures) {
    let (windows, now) = (seen.windows, seen.now.nanoseconds)
    guard from < windows.count, now > windows[from].start else { return nil }
    let start = windows[from].start
    let fifth = max(1, (now - start) / 5)
    var levels: [UInt64] = Array(repeating: .max, count: 5)
    var steps = 0
    var last = start
    for index in from..<windows.count {
      let window = windows[index]
      if window.born + window.growths > 0 {
        steps += window.born + window.growths
        last = window.lastBirth
      }
      let end = index + 1 < windows.count ? windows[index + 1].start : now
      let least = UInt64(max(0, window.leastBytes))
      let low = min(4, Int((window.start - start) / fifth))
      let high = min(4, Int((max(end, window.start + 1) - 1 - start) / fifth))
      for number in low...high { levels[number] = min(levels[number], least) }
    }
    for number in 0..<5 where levels[number] == .max {
      levels[number] = number > 0 ? levels[number - 1] : seen.live.bytes
    }
    guard steps >= measures.fewestSteps.value else { return nil }
    let end = now - min(now, max(fifth / UInt64(measures.latestPart.value), Trend.finest))
    latest =
      windows.lazy.filter { $0.start >= end }.map { UInt64(max(0, $0.leastBytes)) }.min()
      ?? seen.live.bytes
    self.levels = levels
    self.steps = steps
    self.first = KernelInstant(nanoseconds: start)
    self.last = KernelInstant(nanoseconds: last)
    isLater = from > 0
    span = KernelDuration(nanoseconds: 4 * fifth)
    course = Course(
      SIMD4(
        Double(levels[1]) - Double(levels[0]), Double(levels[2]) - Double(levels[1]),
        Double(levels[3]) - Double(levels[2]), Double(levels[4]) - Double(levels[3])),
      latest: Double(latest) - Double(levels[4]), mostAskedOfLatest: measures.leastLatest.value)
  }

  var rise: UInt64 { levels[4] > levels[0] ? levels[4] - levels[0] : 0 }
}
