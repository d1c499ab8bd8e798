// SPDX-License-Identifier: Apache-2.0

/// The functions that a just-in-time compiler wrote down in /tmp/perf-PID.map.
///
/// Each line is `START SIZE NAME`, the numbers in hexadecimal. Of two lines for one place the later one
/// counts.
struct PerfMap {
  private var functions: [(start: UInt64, end: UInt64, name: String)] = []

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2)
      guard fields.count == 3, let start = UInt64(fields[0], radix: 16),
        let bytes = UInt64(fields[1], radix: 16), !start.addingReportingOverflow(bytes).overflow
      else { continue }
      functions.append((start, start + bytes, String(fields[2])))
    }
    // The sort is stable: of functions that start together the later line stays last.
    functions.sort { $0.start < $1.start }
  }

  func function(at address: UInt64) -> String? {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address < functions[low - 1].end else { return nil }
    return functions[low - 1].name
  }
}
