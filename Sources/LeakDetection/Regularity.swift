// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The time from one to the next of ascending `moments`, in nanoseconds, when that is regular.
///
/// Judged by medians: a moment that is missing or late leaves the period as it is.
package func regularPeriod(of moments: [UInt64], _ measures: Measures = Measures()) -> UInt64? {
  guard moments.count >= measures.fewestRegular.value else { return nil }
  let gaps = zip(moments.dropFirst(), moments).map { $0 - $1 }.sorted()
  let period = gaps[gaps.count / 2]
  guard period > 0 else { return nil }
  let deviations = gaps.map { $0 > period ? $0 - period : period - $0 }.sorted()
  return deviations[deviations.count / 2] <= period / measures.regularMedianPart.value
    ? period : nil
}

/// Bytes a minute when `count` pieces of `bytes` in all came between two moments; the first piece
/// begins the time and is not part of what came in it.
func ratePerMinute(bytes: UInt64, count: Int, first: UInt64, last: UInt64) -> Double {
  guard count > 1, last > first else { return 0 }
  // What came all at once has no pace yet.
  let span = Double(max(1_000_000_000, last - first))
  let rate = Double(bytes) * Double(count - 1) / Double(count) / span * 60e9
  // Whoever writes it down makes a whole number of it, and what is traced decides how large it is.
  return min(rate, 1e18)
}

/// The upper one of the two in the middle; 0 of none.
func median(_ values: [UInt64]) -> UInt64 {
  values.isEmpty ? 0 : values.sorted()[values.count / 2]
}

func median(_ values: [KernelDuration]) -> KernelDuration {
  KernelDuration(nanoseconds: median(values.map(\.nanoseconds)))
}
