// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import bpfleak

@Suite struct ArgumentTests {
  @Test(
    "a time is read with its units, and a bare number as seconds",
    arguments: [
      ("30s", 30_000_000_000), ("5m", 300_000_000_000), ("1h30m", 5_400_000_000_000),
      ("500ms", 500_000_000), ("2", 2_000_000_000), ("0.5", 500_000_000),
      ("1.5h", 5_400_000_000_000),
      ("1d", 86_400_000_000_000), ("1S", 1_000_000_000), ("0m1s", 1_000_000_000),
    ] as [(String, UInt64)])
  func times(text: String, nanoseconds: UInt64) {
    #expect(DurationArgument(argument: text)?.nanoseconds == nanoseconds)
  }

  @Test(
    "a time that is nothing, negative, ambiguous or too large is refused",
    arguments: [
      "", "0", "0s", "-5s", "5x", "s", "1h30", "30m1h", "1s1s", "1 s", "1.s", ".5s", "1e9", "٣s",
      "99999999999999999999", "213504d", "18446744074s", "inf", "nan",
    ])
  func refusedTimes(text: String) {
    #expect(DurationArgument(argument: text) == nil)
  }

  @Test(
    "a size is read in powers of 1024, whatever the spelling",
    arguments: [
      ("0", 0), ("4096", 4096), ("64K", 65536), ("64kB", 65536), ("1M", 1_048_576),
      ("2GiB", 2_147_483_648), ("1.5g", 1_610_612_736), ("512B", 512), ("15E", 15 << 60),
    ] as [(String, UInt64)])
  func sizes(text: String, bytes: UInt64) {
    #expect(SizeArgument(argument: text)?.bytes == bytes)
  }

  @Test(
    "a size that is negative, too large or of no known unit is refused",
    arguments: ["", "K", "-1", "1X", "1KK", "1 K", "16E", "1iB", "1bi", "18446744073709551616"])
  func refusedSizes(text: String) {
    #expect(SizeArgument(argument: text) == nil)
  }
}
