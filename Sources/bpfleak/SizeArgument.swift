// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A size on the command line: `4096`, `64K`, `1M`, `2GiB`, `1.5g`; powers of 1024 throughout.
///
/// `kB` is 1024 bytes too: a size copied from /proc means that there. Zero is a size ("leave
/// nothing out"); negatives and what does not fit 64 bits are refused.
struct SizeArgument: Equatable {
  let bytes: UInt64

  private static let letters = Array("kmgtpe")

  init(bytes: UInt64) {
    self.bytes = bytes
  }

  init?(argument: String) {
    var rest = argument[...]
    guard let number = DecimalNumber(consuming: &rest) else { return nil }
    let unit = rest.lowercased()
    var scale: UInt64 = 1
    if let letter = unit.first, letter != "b" {
      guard let power = Self.letters.firstIndex(of: letter),
        ["", "b", "ib"].contains(unit.dropFirst())
      else { return nil }
      scale = 1 << UInt64(10 * (power + 1))
    } else if unit != "", unit != "b" {
      return nil
    }
    guard let bytes = number.times(scale) else { return nil }
    self.bytes = bytes
  }

  static func parse(_ text: String) throws -> Self {
    guard let value = Self(argument: text) else {
      throw ValidationError("it takes a size, such as 4096, 64K or 1.5M")
    }
    return value
  }
}
