// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Reporting
import TestKit
import Testing
import TextLayout

@testable import Renderers

@Suite struct FocusTextTests {
  @Test("verdict and evidence come before sizes, groups and mappings", arguments: [80, 100])
  func leaking(columns: Int) {
    let text = renderText(TextTestReports.focus(leftOut: 7), columns: columns)
    let top = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(5)
    #expect(top.contains { $0.hasPrefix("LEAKING  server (pid 31108): 412 stacks of 10.0 MiB") })
    expectGolden(text, named: "focus-leaking-\(columns).txt")
  }

  @Test("a calm process without mappings to show")
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

  @Test("a long table is cut in the middle, and a line counts the rest")
  func cut() {
    let rows = (0..<1000).map { index in
      TextTestReports.mapping(UInt64(index) * 8192, 4096, [.read], .anonymous)
    }
    let report = TextTestReports.focus(mappings: rows)
    let lines = renderText(report).split(separator: "\n").map(String.init)
    let cut = lines.firstIndex { $0 == "… 800 mappings not shown here, 3.1 MiB" } ?? 0
    #expect(lines[cut - 100].hasPrefix("0-1000 ") && lines[cut - 101].hasPrefix("RANGE"))
    #expect(lines[cut + 100].hasPrefix("7ce000-7cf000 ") && lines.count == cut + 101)
    #expect(!renderText(report, mostMappings: nil).contains("…"))
    let short = renderText(report, mostMappings: 0)
    #expect(short.hasSuffix("\n\n1,000 mappings, 3.9 MiB\n") && !short.contains("RANGE"))
  }

  @Test("groups beyond the limit are summed up")
  func groups() {
    let text = renderText(TextTestReports.focus(), mostGroups: 2)
    #expect(text.contains("\n… and 2 more groups, 3.6 MiB\n"))
  }

  @Test("groups tell residence, pace and the ages that matter on narrow screens, too")
  func groupColumns() {
    var report = TextTestReports.focus()
    report.groups[0].residentBytes = 33_751_040
    report.groups[0].bytesPerMinute = 10_485_760
    report.groups[0].period = 500_000_000
    report.groups[0].culprit = "spawn_reporter"
    report.groups[0].ages.counts = [20, 48, 0, 0, 0, 412]
    report.groups[2].ages.counts = [20, 48, 0, 0, 0, 412]
    report.groups[1].ages.counts = [0, 0, 0, 0, 0, 1]
    func titles(_ columns: Int) -> [Substring] {
      GroupTable(report.groups, columns: columns).lines[0].split(separator: " ")
    }
    let first: [Substring] = ["KIND", "EACH", "COUNT", "TOTAL"]
    #expect(
      titles(120) == first + [
        "RESIDENT", "NEW/MIN", "EVERY", "AGE", "<10s", "<1m", "<10m", "<1h", "older", "before",
        "MADE", "BY",
      ])
    #expect(
      titles(80) == first + [
        "RESIDENT", "NEW/MIN", "EVERY", "AGE", "<10s", "<1m", "before", "MADE", "BY",
      ])
    #expect(
      titles(66) == first + ["NEW/MIN", "EVERY", "AGE", "<10s", "MADE", "BY"])
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

  @Test("no line is wider than the given width", arguments: [60, 80, 100, 120, 200])
  func width(columns: Int) {
    for line in renderText(TextTestReports.focus(), columns: columns).split(separator: "\n") {
      #expect(displayWidth(line) <= columns, "\(line)")
    }
  }
}
