// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit

@testable import LeakDetection
@testable import MappingLedger

/// What one origin shows, written down as windows: no ledger is behind it. Times are milliseconds.
extension Observation {
  init(
    at ms: UInt64, _ windows: [Trend.Window], ended: [(atAge: UInt64, count: UInt32)] = [],
    manner: Origin.Manner = .mapped
  ) {
    var ends = [UInt32](repeating: 0, count: 24)
    for (age, count) in ended {
      ends[min(23, max(0, 43 - (age * 1_000_000 | 1).leadingZeroBitCount))] += count
    }
    self.init(
      at: instant(ms), of: Origin(kind: .anonymous, manner: manner, callPath: CallPathID(1)),
      windows: windows, endsByAge: ends)
    let count = windows.reduce(0) { $0 + $1.survivors }
    live = Account.Amount(
      count: count, bytes: windows.last.map { UInt64(max(0, $0.leastBytes)) } ?? 0)
    mapped = live
  }

  /// One mapping that stays, of 64 KiB, at each of `moments`.
  static func stays(at moments: [UInt64], seenAt ms: UInt64) -> Observation {
    Observation(
      at: ms, moments.enumerated().map { .init(at: $1, survivors: 1, least: UInt64($0) << 16) })
  }

  /// A size that is `size(i)` from the i-th half second on.
  static func rises(_ count: Int, seenAt ms: UInt64, _ size: (Int) -> UInt64) -> Observation {
    var seen = Observation(
      at: ms,
      (0..<count).map { .init(at: UInt64($0) * 500, survivors: 0, least: size($0), growths: 1) },
      manner: .grown)
    seen.live = Account.Amount(count: 1, bytes: size(count))
    return seen
  }
}

extension Trend.Window {
  init(
    at ms: UInt64, lastAt: UInt64? = nil, survivors: Int, least: UInt64 = 0, growths: Int = 0
  ) {
    self.init(start: instant(ms).nanoseconds, leastBytes: least)
    lastBirth = instant(lastAt ?? ms).nanoseconds
    born = survivors
    self.survivors = survivors
    survivingBytes = UInt64(survivors) << 16
    self.growths = growths
  }
}
