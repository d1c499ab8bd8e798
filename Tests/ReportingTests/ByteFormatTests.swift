// SPDX-License-Identifier: Apache-2.0
import Reporting
import Testing
import TextLayout

@Suite struct ByteFormatTests {
  @Test(
    "sizes read as people write them, and rounding never shows 1024 of a unit",
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (65536, "64 KiB"),
      (10_485_760, "10.0 MiB"), (1_048_575, "1.0 MiB"), (1_073_741_823, "1.0 GiB"),
      (UInt64.max, "16.0 EiB"),
    ] as [(UInt64, String)])
  func sizes(bytes: UInt64, text: String) {
    #expect(formatBytes(bytes) == text)
  }

  @Test(
    "a change carries its sign, and no change carries none",
    arguments: [
      (10_485_760, "+10.0 MiB"), (-65536, "-64 KiB"), (0, "0 B"), (Int64.min, "-8.0 EiB"),
    ] as [(Int64, String)])
  func changes(bytes: Int64, text: String) {
    #expect(formatSignedBytes(bytes) == text)
  }

  @Test(
    "times keep seconds below two minutes and two units above",
    arguments: [
      (0, "0 ns"), (999, "999 ns"), (250_000_000, "250 ms"), (999_999_999, "1 s"),
      (2_500_000_000, "2.5 s"), (9_960_000_000, "10 s"), (60_000_000_000, "60 s"),
      (120_000_000_000, "2m"), (150_000_000_000, "2m30s"), (3_600_000_000_000, "1h"),
      (5_400_000_000_000, "1h30m"), (273_600_000_000_000, "3d4h"), (UInt64.max, "213504d"),
    ] as [(UInt64, String)])
  func times(nanoseconds: UInt64, text: String) {
    #expect(formatDuration(nanoseconds: nanoseconds) == text)
  }

  @Test("counts are grouped by thousands")
  func counts() {
    #expect([0, 999, 1000, 1_048_576].map(formatCount) == ["0", "999", "1,000", "1,048,576"])
  }

  @Test("a small share never rounds to 0%")
  func shares() {
    let shares = [0, 0.0001, 0.05, 1, -0.5].map(formatShare)
    #expect(shares == ["0.0%", "<0.1%", "5.0%", "100.0%", "-50.0%"])
  }
}
