// SPDX-License-Identifier: Apache-2.0
import Renderers
import Reporting
import TestKit
import Testing

@Suite struct MeminfoNDJSONTests {
  @Test("a report is one line, with changes where there were two samples")
  func leaking() throws {
    let text = MeminfoNDJSON.render(try MeminfoTestReports.leaking())
    #expect(text.filter { $0 == "\n" }.count == 1)
    // Broken at the items for who has to read it; the reader gets one line.
    expectGolden(
      text.split(separator: "},{").joined(separator: "},\n{"), named: "meminfo-leaking.ndjson")
  }

  @Test("a single look has null for every change")
  func single() throws {
    let text = MeminfoNDJSON.render(try MeminfoTestReports.idle())
    #expect(text.contains("\"elapsed_ns\":null"))
    #expect(!text.contains("\"delta\":0"))
  }

  @Test("a process's name cannot break the line or the string")
  func escaping() throws {
    let text = MeminfoNDJSON.render(try MeminfoTestReports.named("a\"b\\c\u{1}\nd\u{7f}é"))
    #expect(text.contains(#"a\"b\\c\u0001\nd\u007fé (1)"#))
  }
}
