// SPDX-License-Identifier: Apache-2.0
import Meminfo
import Testing

@testable import Reporting

@Suite struct MemoryLimitTests {
  @Test("the limit that is reached first is told, with the time until then")
  func nearest() {
    let numbers = LimitNumbers(
      mappings: 60_530, mostMappings: 65_530, virtualBytes: 1 << 30, addressSpaceLimit: 2 << 30)
    #expect(
      numbers.nearest(bytesPerMinute: Double(1 << 30), countPerMinute: 1000)
        == MemoryLimit(
          name: "RLIMIT_AS", used: 1 << 30, most: 2 << 30, secondsLeft: 60))
    #expect(
      numbers.nearest(bytesPerMinute: 4096, countPerMinute: 1000)
        == MemoryLimit(
          name: "vm.max_map_count", used: 60_530, most: 65_530, secondsLeft: 300, isCount: true))
  }

  @Test("a limit that is far in size and in time is not reported")
  func far() {
    let numbers = LimitNumbers(
      mappings: 500, mostMappings: 65_530, virtualBytes: 1 << 20, addressSpaceLimit: 1 << 40)
    #expect(numbers.nearest(bytesPerMinute: 4096, countPerMinute: 1) == nil)
    #expect(LimitNumbers().nearest(bytesPerMinute: 1e18, countPerMinute: 1e18) == nil)
  }

  @Test("a limit that is nearly used up is reported even without growth")
  func full() {
    let numbers = LimitNumbers(committedBytes: 95, commitLimit: 100)
    #expect(
      numbers.nearest(bytesPerMinute: 0, countPerMinute: 0)
        == MemoryLimit(name: "CommitLimit", used: 95, most: 100, secondsLeft: nil))
  }

  @Test("memory beyond its limit has no time left and does not trap")
  func past() {
    let numbers = LimitNumbers(virtualBytes: .max, addressSpaceLimit: 1)
    #expect(numbers.nearest(bytesPerMinute: 1e18, countPerMinute: 0)?.secondsLeft == 0)
  }
}
