// SPDX-License-Identifier: Apache-2.0
import Renderers
import Reporting
import TestKit
import Testing

@Suite struct MeminfoTextTests {
  @Test("an idle machine fits a screen and says first that nothing stands out")
  func idle() throws {
    let text = MeminfoText(columns: 80).render(try MeminfoTestReports.idle())
    #expect(text.contains("Nothing stands out.\n"))
    expectGolden(text, named: "meminfo-idle-80.txt")
  }

  @Test("a leak comes first in words, with what it means and what to run", arguments: [80, 100])
  func leaking(columns: Int) throws {
    let text = MeminfoText(columns: columns).render(try MeminfoTestReports.leaking())
    expectGolden(text, named: "meminfo-leaking-\(columns).txt")
  }

  @Test("asked to explain, every item has its meaning and a command, the zero ones, too")
  func explained() throws {
    let report = try MeminfoTestReports.idle()
    let text = MeminfoText(explains: true).render(report)
    #expect(text.split(separator: "\n").count { $0.hasPrefix("  means  ") } == report.rows.count)
    #expect(text.split(separator: "\n").count { $0.hasPrefix("  next   ") } == report.rows.count)
    expectGolden(text, named: "meminfo-idle-explained.txt")
  }

  @Test("a process's name cannot command the terminal")
  func controlCharacters() throws {
    let text = MeminfoText().render(try MeminfoTestReports.named("a\u{1b}[31m\u{9b}b"))
    #expect(text.contains("a\u{fffd}[31m\u{fffd}b (1)"))
  }

  @Test("no line but a command is wider than asked for", arguments: [72, 80, 100])
  func width(columns: Int) throws {
    for report in [try MeminfoTestReports.idle(), try MeminfoTestReports.leaking()] {
      for explains in [false, true] {
        let text = MeminfoText(columns: columns, explains: explains).render(report)
        for line in text.split(separator: "\n") where line.count > columns {
          #expect(line.count <= 100 && line.hasPrefix("  next   "), "\(line)")
        }
      }
    }
  }
}
