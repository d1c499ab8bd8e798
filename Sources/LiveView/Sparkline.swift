// SPDX-License-Identifier: Apache-2.0
import Reporting

/// Sizes over time in `width` cells, the newest at the right.
///
/// It is scaled from the lowest to the highest value, because the shape matters and the size stands beside it.
/// A constant size is a low line. Cells before the first sample are empty.
func sparkline(_ values: [UInt64], width: Int) -> String {
  guard width > 0, let least = values.min(), let most = values.max() else {
    return String(repeating: " ", count: max(0, width))
  }
  let bars = Array("▁▂▃▄▅▆▇█")
  // A few pages come and go in every program, but 10 MiB in 285 GiB can be a leak.
  let noise = max(64 << 10, most / 100_000)
  let count = min(width, values.count)
  // The highest value of a cell, so that no peak vanishes.
  let cells = (0..<count).map { cell in
    let start = cell * values.count / count
    let end = max(start + 1, (cell + 1) * values.count / count)
    return values[start..<end].max() ?? least
  }
  let shown = cells.map { value -> Character in
    if most - least < noise { return bars[0] }
    let level = Double(value - least) / Double(most - least) * 7
    return bars[Int(level.rounded())]
  }
  return String(repeating: " ", count: width - count) + String(shown)
}

extension SpaceRow {
  func virtualLine(_ width: Int) -> String { sparkline(history.map(\.virtualBytes), width: width) }

  func residentLine(_ width: Int) -> String {
    sparkline(history.compactMap(\.residentBytes), width: width)
  }
}
