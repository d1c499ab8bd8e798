// SPDX-License-Identifier: Apache-2.0
import Meminfo
import Reporting
import Testing

@testable import bpfleak

@Suite struct MeminfoReaderTests {
  @Test("this machine's memory is read without a privilege, and adds up")
  func reads() throws {
    let report = MeminfoReport(current: try MeminfoReader().sample())
    #expect(report.groups.reduce(0) { $0 + $1.size } == report.total)
    #expect(report.row(.anonymous)?.details.isEmpty == false)
    #expect(report.row(.threads)?.size ?? 0 > 0)
  }
}
