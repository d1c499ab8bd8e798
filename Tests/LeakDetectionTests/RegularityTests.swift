import TestKit
// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LeakDetection

@Suite struct RegularityTests {
  @Test("five moments at equal distances have a period, four have none")
  func fewest() {
    #expect(regularPeriod(of: [10, 20, 30, 40, 50]) == 10)
    #expect(regularPeriod(of: [10, 20, 30, 40]) == nil)
    #expect(regularPeriod(of: []) == nil)
  }

  @Test("a moment that is missing, and one that is late, leave the period as it is")
  func robust() {
    #expect(regularPeriod(of: [0, 100, 200, 400, 500, 600, 700]) == 100)
    #expect(regularPeriod(of: [0, 100, 200, 360, 400, 500, 600]) == 100)
  }

  @Test("a tenth of jitter is regular, a third is not")
  func jitter() {
    #expect(regularPeriod(of: [0, 105, 200, 310, 400, 505, 600]) != nil)
    #expect(regularPeriod(of: [0, 100, 230, 300, 470, 530, 700]) == nil)
  }

  @Test("moments that are one and the same have no period")
  func burst() {
    #expect(regularPeriod(of: [5, 5, 5, 5, 5, 5]) == nil)
  }

  @Test("the first piece begins the time and is not part of the rate")
  func rate() {
    #expect(ratePerMinute(bytes: 600, count: 6, first: 0, last: 60_000_000_000) == 500)
  }

  @Test("one piece, or all at once, have no rate")
  func noRate() {
    #expect(ratePerMinute(bytes: 100, count: 1, first: 5, last: 5) == 0)
    #expect(ratePerMinute(bytes: 100, count: 2, first: 5, last: 5) == 0)
    #expect(ratePerMinute(bytes: 0, count: 0, first: 9, last: 5) == 0)
  }

  @Test("no rate is too large for a whole number")
  func hostileRate() {
    #expect(ratePerMinute(bytes: 1 << 62, count: 2, first: 0, last: 1) == 1e18)
  }

  @Test("the median of an even number is the upper one, and of none 0")
  func medians() {
    #expect(median([]) == 0)
    #expect(median([4, 1]) == 4)
    #expect(median([9, 1, 5]) == 5)
  }
}
