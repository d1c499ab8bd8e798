// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite struct MeminfoFieldsTests {
  @Test("every line of a real 6.18 capture becomes a field, sizes in bytes and counts as they are")
  func reads618() throws {
    let fields = try MeminfoFields(parsing: capture("meminfo-6.18-idle"))
    #expect(fields.all.count == 54)
    #expect(fields.unreadableLines.isEmpty)
    #expect(fields["MemTotal"] == 24_684_084 * 1024)
    #expect(fields["Active(anon)"] == 1488 * 1024)
    #expect(fields["VmallocTotal"] == 34_359_738_367 * 1024)
    #expect(fields["HugePages_Total"] == 0)
    #expect(fields.all.first { $0.name == "HugePages_Total" }?.isBytes == false)
  }

  @Test("a field that the kernel does not have is nil, not zero")
  func absentField() throws {
    let fields = try MeminfoFields(parsing: capture("meminfo-5.15-leak-after"))
    #expect(fields["SecPageTables"] == nil)
    #expect(fields["HardwareCorrupted"] == 0)
  }

  @Test("text without MemTotal or MemFree is refused by the name of what is missing")
  func refusesOtherFiles() {
    #expect(throws: MeminfoFields.ParseFailure.missing(field: "MemTotal")) {
      try MeminfoFields(parsing: "")
    }
    #expect(throws: MeminfoFields.ParseFailure.missing(field: "MemFree")) {
      try MeminfoFields(parsing: "MemTotal: 1 kB")
    }
  }

  @Test("lines of another shape are kept apart and do not disturb the others")
  func oddLines() throws {
    let fields = try MeminfoFields(
      parsing: """
        MemTotal:\t100 kB
        no colon
        Negative: -1 kB
        Huge: 18446744073709551615 kB
        Odd: 1 MB
        Many: 1 kB and more
        Empty:

        MemFree: 1 kB
        """)
    #expect(fields.all.map(\.name) == ["MemTotal", "MemFree"])
    #expect(fields.unreadableLines.count == 6)
  }
}
