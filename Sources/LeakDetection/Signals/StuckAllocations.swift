// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// The mappings of one origin that stay.
///
/// Most programs free most of what they map. So this looks for the age past which next to nothing of
/// the origin was ever freed. What is older is stuck, as far as anybody can tell. Stuck mappings that
/// all came at one time are a pool; only where they keep coming is something lost.
struct StuckAllocations: Equatable, Sendable {
  /// The age past which a mapping counts as stuck.
  let patience: KernelDuration
  let count: Int
  let bytes: UInt64
  /// The youngest that counts was born before.
  let horizon: KernelInstant
  /// When the first that counts was born, as finely as windows are.
  let first: KernelInstant
  /// When the last one was born that stays, whether it counts yet or not.
  let last: KernelInstant
  /// How many came in each quarter of the time from first to horizon.
  let course: Course
  /// When they came, in nanoseconds, where they came one by one.
  let moments: [UInt64]
  /// Those that ended, and those of them that did so past the age.
  let ended: Int
  let endedLate: Int

  /// Nil when there is no such age, or too few are past it.
  ///
  /// `lateEnds` in a hundred that ended past the age are overlooked; windows before `from` are left
  /// out.
  init?(_ seen: Observation, lateEnds: Int, from: Int = 0, _ measures: Measures) {
    let (windows, ends, now) = (seen.windows, seen.endsByAge, seen.now.nanoseconds)
    let ended = ends.reduce(0) { $0 + Int($1) }
    let youngest = measures.leastPatience.value
    var endedLate = ended - ends[..<(youngest - 20)].reduce(0) { $0 + Int($1) }
    for power in youngest...measures.mostPatience.value {
      let patience: UInt64 = 1 << UInt64(power)
      if power > youngest { endedLate -= Int(ends[power - 21]) }
      guard now > patience + windows[from].start else { return nil }
      let horizon = now - patience
      var stuck = 0
      for index in from..<windows.count where windows[index].start <= horizon {
        stuck += windows[index].survivors
      }
      guard stuck >= measures.fewestStuck.value else { return nil }
      if endedLate * 100 > lateEnds * stuck { continue }
      self.init(windows, from, patience, horizon, ended, endedLate)
      return
    }
    return nil
  }

  private init(
    _ windows: [Trend.Window], _ from: Int, _ patience: UInt64, _ horizon: UInt64, _ ended: Int,
    _ endedLate: Int
  ) {
    self.patience = KernelDuration(nanoseconds: patience)
    self.ended = ended
    self.endedLate = endedLate
    self.horizon = KernelInstant(nanoseconds: horizon)
    var stuck = 0
    var bytes: UInt64 = 0
    var first: UInt64?
    var last: UInt64 = 0
    var moments: [UInt64] = []
    var comeOneByOne = true
    for index in from..<windows.count where windows[index].survivors > 0 {
      let window = windows[index]
      last = window.lastBirth
      guard window.start <= horizon else { continue }
      if first == nil { first = window.start }
      stuck += window.survivors
      bytes &+= window.survivingBytes
      comeOneByOne = comeOneByOne && window.survivors == 1
      moments.append(window.start)
    }
    let begin = first ?? horizon
    count = stuck
    self.bytes = bytes
    self.first = KernelInstant(nanoseconds: begin)
    self.last = KernelInstant(nanoseconds: last)
    self.moments = comeOneByOne ? moments : []
    course = Course(Self.quarters(of: windows[from...], begin, horizon))
  }

  /// How many of the survivors came in each quarter of a time. A window that two quarters share gives
  /// each its part.
  private static func quarters(
    of windows: ArraySlice<Trend.Window>, _ begin: UInt64, _ horizon: UInt64
  ) -> SIMD4<Double> {
    let quarter = max(1, (horizon - begin) / 4)
    var quarters = SIMD4<Double>()
    for index in windows.indices where windows[index].survivors > 0 {
      let start = windows[index].start
      guard start <= horizon else { continue }
      let end = max(start + 1, min(horizon, windows[index].lastBirth))
      let length = Double(end - start)
      for number in 0..<4 {
        let low = max(start, begin + UInt64(number) * quarter)
        let high = number == 3 ? end : min(end, begin + UInt64(number + 1) * quarter)
        if high > low {
          quarters[number] += Double(windows[index].survivors) * Double(high - low) / length
        }
      }
    }
    return quarters
  }

  /// From one to the next, where that is regular as far as windows can tell.
  func windowPeriod(_ measures: Measures) -> KernelDuration? {
    let slack = Trend.finest
    guard moments.count >= measures.fewestMoments.value, moments.count == count,
      let first = moments.first, let last = moments.last
    else { return nil }
    let period = (last - first) / UInt64(moments.count - 1)
    // Two windows are the least that windows can tell apart.
    guard period >= 2 * slack else { return nil }
    let allowed = max(slack, period / UInt64(measures.regularPart.value)) + slack / 2
    for index in moments.indices.dropFirst() {
      let gap = moments[index] - moments[index - 1]
      if (gap > period ? gap - period : period - gap) > allowed { return nil }
    }
    return KernelDuration(nanoseconds: period)
  }

  /// The same, or where all that came stayed, from the moments of all of them.
  func period(of seen: Observation, _ measures: Measures) -> KernelDuration? {
    if let period = windowPeriod(measures) { return period }
    guard seen.freed.count == 0, seen.mapped.count >= measures.fewestGaps.value,
      let gap = seen.regularGap(measures),
      course.isSteady(laterHalf: measures.laterHalf.value, least: measures.leastQuarter.value)
    else { return nil }
    return gap
  }
}

extension Observation {
  /// The usual gap, where gaps hardly differ.
  func regularGap(_ measures: Measures) -> KernelDuration? {
    guard usualGap > 0, gapDeviation * Double(measures.regularPart.value) <= usualGap else {
      return nil
    }
    return KernelDuration(nanoseconds: UInt64(usualGap))
  }
}
