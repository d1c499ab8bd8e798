// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Renderers
import Reporting
import Testing

@Suite struct FocusTextTests {
  @Test("verdict and evidence come before sizes, groups and mappings", arguments: [80, 100])
  func leaking(columns: Int) {
    let text = renderText(TextTestReports.focus(leftOut: 7), columns: columns)
    let top = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(5)
    #expect(top.contains { $0.hasPrefix("LEAKING  server (pid 31108): 412 stacks of 10.0 MiB") })
    expectGolden(text, named: "focus-leaking-\(columns).txt")
  }

  @Test("a calm process, nothing of it left to show")
  func empty() {
    var report = TextTestReports.focus(leaks: [], mappings: [])
    report.groups = []
    report.processes = []
    report.row.residentBytes = nil
    report.row.virtualGrowth = 0
    report.row.virtualPerMinute = 0
    report.row.growingKind = nil
    report.row.caveats = [.compat]
    expectGolden(renderText(report), named: "focus-empty-100.txt")
  }

  @Test("a long table is cut in the middle, saying what is left out")
  func cut() {
    let rows = (0..<1000).map { index in
      TextTestReports.mapping(UInt64(index) * 8192, 4096, [.read], .anonymous)
    }
    let report = TextTestReports.focus(mappings: rows)
    let lines = renderText(report).split(separator: "\n").map(String.init)
    let cut = lines.firstIndex { $0 == "… 800 mappings between them left out, 3.1 MiB" } ?? 0
    #expect(lines[cut - 100].hasPrefix("0-1000 ") && lines[cut - 101].hasPrefix("RANGE"))
    #expect(lines[cut + 100].hasPrefix("7ce000-7cf000 ") && lines.count == cut + 101)
    #expect(!renderText(report, mostMappings: nil).contains("…"))
    #expect(renderText(report, mostMappings: 0).contains("… 1,000 mappings between them left out"))
  }

  @Test("groups past the most are summed up")
  func groups() {
    let text = renderText(TextTestReports.focus(), mostGroups: 2)
    #expect(text.contains("\n… and 2 more groups, 3.6 MiB\n"))
  }

  @Test("paths and names cannot command the terminal")
  func hostile() {
    let rows = TextTestReports.names.enumerated().map { index, name in
      TextTestReports.mapping(
        UInt64(index) << 20, 4096, [.read], .file, path: "/tmp/\(name)", age: 5)
    }
    var report = TextTestReports.focus(leaks: [], mappings: rows)
    report.processes = TextTestReports.names.map { (ProcessID(7), $0, 1) }
    let text = renderText(report)
    #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}") && !text.contains("\u{7}"))
    expectGolden(text, named: "focus-hostile-100.txt")
  }

  @Test("no line is wider than asked for", arguments: [60, 80, 100, 120, 200])
  func width(columns: Int) {
    for line in renderText(TextTestReports.focus(), columns: columns).split(separator: "\n") {
      #expect(displayWidth(line) <= columns, "\(line)")
    }
  }
}
