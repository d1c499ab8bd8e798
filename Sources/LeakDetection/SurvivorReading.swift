// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// What the history of one origin says about the mappings that stay.
///
/// Most programs free most of what they map. So the age is sought past which next to nothing of this
/// origin was ever freed; what is older is stuck, as far as anybody can tell. Stuck mappings that
/// came all at one time are a pool; only when they keep coming is something lost.
struct SurvivorReading {
  /// Nanoseconds of age past which the mappings counted here are.
  let patience: UInt64
  let stuck: Int
  let stuckBytes: UInt64
  /// The youngest that counts was born before.
  let horizon: UInt64
  /// When the first that counts was born, as finely as windows are.
  let first: UInt64
  let last: UInt64
  /// How many came in each quarter of the time from first to horizon.
  let quarters: [Double]
  /// When they came, where they came one by one.
  let moments: [UInt64]
  /// Those that ended, and those of them that did so past the age.
  let ended: Int
  let endedLate: Int

  /// Nil when there is no such age, or fewer than three are past it. `most` late ends in a hundred
  /// are overlooked; windows before `from` are left out.
  init?(_ trend: Trend, at now: KernelInstant, overlooking most: Int, from: Int = 0) {
    let windows = trend.windows
    let ends = trend.endsByAge
    let ended = ends.reduce(0) { $0 + Int($1) }
    var endedLate = ended - ends[..<10].reduce(0) { $0 + Int($1) }
    for power in 30..<44 {
      let patience: UInt64 = 1 << UInt64(power)
      if power > 30 { endedLate -= Int(ends[power - 21]) }
      guard now.nanoseconds > patience + windows[from].start else { return nil }
      let horizon = now.nanoseconds - patience
      var stuck = 0
      for index in from..<windows.count where windows[index].start <= horizon {
        stuck += windows[index].survivors
      }
      guard stuck >= 3 else { return nil }
      if endedLate * 100 > most * stuck { continue }
      self.init(windows, from, patience, horizon, ended, endedLate)
      return
    }
    return nil
  }

  private init(
    _ windows: [Trend.Window], _ from: Int, _ patience: UInt64, _ horizon: UInt64, _ ended: Int,
    _ endedLate: Int
  ) {
    self.patience = patience
    self.ended = ended
    self.endedLate = endedLate
    self.horizon = horizon
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
    let quarter = max(1, (horizon - begin) / 4)
    var quarters = [0.0, 0, 0, 0]
    for index in from..<windows.count where windows[index].survivors > 0 {
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
    self.stuck = stuck
    stuckBytes = bytes
    self.first = begin
    self.last = last
    self.quarters = quarters
    self.moments = comeOneByOne ? moments : []
  }

  /// Nanoseconds from the first that counts to now, patience included.
  func age(at now: KernelInstant) -> UInt64 { now.nanoseconds - min(now.nanoseconds, first) }

  /// Whether as many come now as came before: none of the later quarters falls far below the mean,
  /// and the second half has its share. A pool or a cache that fills comes ever slower.
  func isSteady(laterShare: Double = 0.38, least: Double = 0.3) -> Bool {
    let total = quarters.reduce(0, +)
    guard total > 0 else { return false }
    let least = total / 4 * least
    return quarters[1] >= least && quarters[2] >= least && quarters[3] >= least
      && quarters[2] + quarters[3] >= laterShare * total
  }

  /// Nanoseconds from one to the next, where that is regular as far as windows can tell.
  func period(slack: UInt64 = Trend.finest) -> UInt64? {
    guard moments.count >= 4, moments.count == stuck, let first = moments.first,
      let last = moments.last
    else { return nil }
    let period = (last - first) / UInt64(moments.count - 1)
    guard period >= 2 * slack else { return nil }
    let gaps = zip(moments.dropFirst(), moments).map { $0 - $1 }
    let allowed = max(slack, period / 8) + slack / 2
    return gaps.allSatisfy { ($0 > period ? $0 - period : period - $0) <= allowed } ? period : nil
  }
}
