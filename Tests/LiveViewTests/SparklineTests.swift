// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LiveView

@Suite struct SparklineTests {
  @Test("growth rises from the lowest bar to the highest")
  func growth() {
    #expect(sparkline((1...8).map { $0 << 20 }, width: 8) == "▁▂▃▄▅▆▇█")
  }

  @Test("what does not change is a low line, and so is what hardly does")
  func flat() {
    #expect(sparkline([7, 7, 7], width: 3) == "▁▁▁")
    #expect(sparkline([1 << 30, 1 << 30 + 4096], width: 2) == "▁▁")
  }

  @Test("few samples stand at the right")
  func few() {
    #expect(sparkline([0, 8 << 20], width: 5) == "   ▁█")
    #expect(sparkline([], width: 3) == "   ")
    #expect(sparkline([1], width: 0) == "")
  }

  @Test("a peak does not vanish among many samples")
  func peak() {
    var values = [UInt64](repeating: 10 << 20, count: 120)
    values[61] = 100 << 20
    #expect(sparkline(values, width: 12).filter { $0 == "█" }.count == 1)
  }

  @Test("a terminal of ASCII gets the same shapes in as many cells")
  func ascii() {
    #expect(asciiOnly("▁▂▃▄▅▆▇█ x… 漏") == "_.,-=+*# x~ ??")
  }
}
