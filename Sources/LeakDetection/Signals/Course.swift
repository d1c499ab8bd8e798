// SPDX-License-Identifier: Apache-2.0

/// How much of a growth came in each quarter of its time.
struct Course: Equatable, Sendable {
  var quarters: SIMD4<Double>
  /// What came since the last quarter; nil where the last quarter reaches to the end.
  var latest: Double?
  /// The latest growth is short, so it is held to no more than this share of the mean.
  var mostAskedOfLatest: Double

  init(_ quarters: SIMD4<Double>, latest: Double? = nil, mostAskedOfLatest: Double = 0) {
    self.quarters = quarters
    self.latest = latest
    self.mostAskedOfLatest = mostAskedOfLatest
  }

  var total: Double { quarters[0] + quarters[1] + quarters[2] + quarters[3] }
  var laterHalf: Double { quarters[2] + quarters[3] }

  /// Whether as much comes now as came before. A pool or a cache that fills comes ever slower.
  func isSteady(laterHalf share: Double, least: Double) -> Bool {
    let total = total
    guard total > 0 else { return false }
    let fewest = total / 4 * least
    guard quarters[0] >= 0, quarters[1] >= fewest, quarters[2] >= fewest, quarters[3] >= fewest,
      laterHalf >= share * total
    else { return false }
    guard let latest else { return true }
    return latest >= total / 4 * min(least, mostAskedOfLatest)
  }
}
