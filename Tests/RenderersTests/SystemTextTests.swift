// SPDX-License-Identifier: Apache-2.0
import Renderers
import Reporting
import TestKit
import Testing
import TextLayout

@Suite struct SystemTextTests {
  @Test("the verdict, its process and its evidence come before the table", arguments: [80, 100])
  func leaking(columns: Int) {
    let text = renderText(TextTestReports.leaking, columns: columns)
    let top = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(5)
    #expect(top.contains { $0.hasPrefix("LEAKING  server (pid 31108): 412 stacks of 10.0 MiB") })
    expectGolden(text, named: "system-leaking-\(columns).txt")
  }

  @Test("several verdicts are counted, the proven ones first")
  func mixed() {
    let text = renderText(TextTestReports.mixed)
    #expect(text.contains("1 leak found, and 1 suspect:\nLEAKING  server"))
    expectGolden(text, named: "system-mixed-100.txt")
  }

  @Test("a suspect is no leak, and both is said", arguments: [80, 100])
  func suspect(columns: Int) {
    let text = renderText(TextTestReports.suspect, columns: columns)
    #expect(text.contains("\nNo leak found so far, but 1 suspect.\nSUSPECT  worker (pid 2240): "))
    expectGolden(text, named: "system-suspect-\(columns).txt")
  }

  @Test("that nothing leaks is said, and the last report says it is one", arguments: [80, 100])
  func calm(columns: Int) {
    let text = renderText(TextTestReports.calm, columns: columns)
    #expect(text.contains("; last report\n") && text.contains("\nNo leak found.\n"))
    #expect(text.contains("Grew most: java (pid 2240), +1.0 MiB, most of it anonymous.\n"))
    expectGolden(text, named: "system-calm-\(columns).txt")
  }

  @Test("losses are said in words, and rows they touch are marked", arguments: [80, 100])
  func lossy(columns: Int) {
    let text = renderText(TextTestReports.lossy, columns: columns)
    #expect(text.contains("! LOST 12,345 events (1.0%)"))
    #expect(text.contains("No leak found so far. Events were lost, so one may have been missed."))
    expectGolden(text, named: "system-lossy-\(columns).txt")
  }

  @Test("names cannot command the terminal, forge lines or shift columns", arguments: [80, 100])
  func hostile(columns: Int) {
    let text = renderText(TextTestReports.hostile, columns: columns)
    for forbidden in ["\u{1b}", "\u{7}", "\u{202e}", "\nLEAKING  x"] {
      #expect(!text.contains(forbidden))
    }
    expectGolden(text, named: "system-hostile-\(columns).txt")
  }

  @Test("where nobody was seen, that nothing leaks is not said")
  func empty() {
    let text = renderText(TextTestReports.empty)
    #expect(!text.contains("No leak found") && text.contains("so nothing was judged."))
    expectGolden(text, named: "system-empty-100.txt")
  }

  @Test("a long command is cut, and not how long it was watched")
  func longScope() {
    var report = TextTestReports.calm
    report.header.scope = "./server " + String(repeating: "--option ", count: 30)
    let title = renderText(report).split(separator: "\n")[0]
    #expect(title.count <= 100 && title.hasSuffix("; last report") && title.contains("./server"))
  }

  @Test("rows past the most are summed up with all processes they stand for")
  func rest() {
    var report = TextTestReports.calm
    report.rows[3].otherProcesses = 2
    let text = renderText(report, mostRows: 2)
    #expect(text.contains("\n… and 4 more processes, 334.7 MiB\n"))
    #expect(!text.contains("postgres") && text.contains("prometheus"))
    #expect(!renderText(report, mostRows: nil).contains("…"))
  }

  @Test("the first of many verdicts keep their evidence, and the others are counted")
  func manyVerdicts() {
    var report = TextTestReports.leaking
    report.leaks = Array(repeating: TextTestReports.serverLeak, count: 12)
    let text = renderText(report)
    #expect(text.contains("12 leaks found:\n"))
    #expect(text.split(separator: "\n").count { $0.hasPrefix("LEAKING  ") } == 10)
    #expect(text.split(separator: "\n").count { $0.hasPrefix("   1. ") } == 3)
    #expect(text.contains("… and 2 more verdicts. For the evidence: bpfleak --pid PID\n"))
  }

  @Test("verdicts on exited processes say so and offer no command")
  func ended() {
    var report = TextTestReports.partlyEnded
    let text = renderText(report)
    #expect(text.contains("3 leaks found, and 2 suspects; 2 in processes that have exited:\n"))
    #expect(text.contains("\nLEAKING  job (pid 5000, exited 45 s ago): 30 stacks"))
    #expect(!text.contains("For the evidence"))
    report.leaks.insert(TextTestReports.serverLeak, at: 0)
    #expect(renderText(report).contains("For the evidence: bpfleak --pid PID\n"))
    report.leaks.removeAll { $0.endedAgo == nil }
    #expect(renderText(report).contains("1 leak found, and 1 suspect:\n"))
  }

  @Test("no line is wider than the given width", arguments: [60, 80, 100, 120, 200])
  func width(columns: Int) {
    typealias Reports = TextTestReports
    for report in [
      Reports.leaking, Reports.mixed, Reports.calm, Reports.lossy, Reports.hostile, Reports.empty,
    ] {
      for line in renderText(report, columns: columns).split(separator: "\n") {
        #expect(displayWidth(line) <= columns, "\(line)")
      }
    }
  }
}
