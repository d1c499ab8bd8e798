// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A time on the command line: `30s`, `5m`, `1h30m`, `500ms`, `1.5s`; a bare number is seconds.
///
/// Units are us, ms, s, m, h and d, the larger first and each once. Zero, negatives and what does
/// not fit 64 bits of nanoseconds are refused.
struct DurationArgument: Equatable {
  let nanoseconds: UInt64

  private static let units: [(name: String, nanoseconds: UInt64)] = [
    ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  init?(argument: String) {
    var rest = argument[...]
    var total: UInt64 = 0
    var smallest = UInt64.max
    while !rest.isEmpty {
      guard let number = DecimalNumber(consuming: &rest) else { return nil }
      let name = rest.prefix { $0.isLetter }
      rest.removeFirst(name.count)
      // "90" is 90 seconds; in "1h30" nobody can know, so it is refused.
      let isBare = name.isEmpty && smallest == .max && rest.isEmpty
      guard let unit = Self.units.first(where: { $0.name == (isBare ? "s" : name.lowercased()) }),
        unit.nanoseconds < smallest,
        let part = number.times(unit.nanoseconds)
      else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      (total, smallest) = (sum, unit.nanoseconds)
    }
    guard total > 0 else { return nil }
    nanoseconds = total
  }

  static func parse(_ text: String) throws -> Self {
    guard let value = Self(argument: text) else {
      throw ValidationError("it takes a time above zero, such as 30s, 5m or 1h30m")
    }
    return value
  }
}
