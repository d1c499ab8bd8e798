// SPDX-License-Identifier: Apache-2.0
import Foundation
import FoundationXML
import Renderers
import Reporting
import TestKit
import Testing

/// HTML and SVG: as text against goldens, as XML by a parser, and in a real browser that clicks.
@Suite struct PageTests {
  private static let svgs = [
    ("leaking.svg", ProfileTestReports.mixed), ("calm.svg", ProfileTestReports.calm),
    ("empty.svg", ProfileTestReports.empty),
  ]
  private static let pages = [
    ("leaking.html", RunTestReports.leaking), ("calm.html", RunTestReports.calm),
    ("hostile.html", RunTestReports.hostile), ("large.html", RunTestReports.large),
  ]

  @Test("a flame graph is well-formed XML, whatever names hold", arguments: svgs.indices)
  func wellFormed(index: Int) {
    let parser = XMLParser(data: Data(renderFlameGraph(Self.svgs[index].1).utf8))
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
  }

  @Test("what leaks, the legend and the loss are words before the first box")
  func wordsFirst() throws {
    let text = renderFlameGraph(ProfileTestReports.mixed)
    let words = try #require(text.range(of: "class=\"flame\""))
    let head = text[..<words.lowerBound]
    #expect(head.contains("<h1>LEAKING: 4.0 GiB in 411 mappings</h1>"))
    #expect(head.contains("none lost") && head.contains("underlined: that part leaks"))
    let calm = renderFlameGraph(ProfileTestReports.calm)
    #expect(calm.contains("<h1>No leak found; events were lost</h1>"))
    #expect(calm.contains("<p>! LOST 12,345 events"))
    #expect(renderFlameGraph(ProfileTestReports.empty).contains("Nothing is live"))
  }

  @Test("names stay text: no element, attribute or control character comes from them")
  func hostile() {
    let texts = [renderHTML(RunTestReports.hostile), renderFlameGraph(ProfileTestReports.mixed)]
    for text in texts {
      #expect(
        !text.contains("<script>alert") && !text.contains("<img") && !text.contains("evil <b>"))
      #expect(!text.contains("\" onfocus"))
      let controls = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
      #expect(controls.isEmpty && !text.unicodeScalars.contains("\u{202e}"))
      #expect(text.contains("\\x1b[2J"))
    }
  }

  @Test("the first three verdicts are open, and the others unfold on demand")
  func folded() {
    let text = renderHTML(RunTestReports.large)
    let folds = text.components(separatedBy: "<details><summary>Evidence and call path").count - 1
    #expect(text.components(separatedBy: "<article").count - 1 == 42 && folds == 39)
    #expect(!renderHTML(RunTestReports.leaking).contains("Evidence and call path</summary>"))
  }

  @Test("a page names no other file and no host")
  func selfContained() {
    for (name, report) in Self.pages {
      let text = renderHTML(report)
      for mark in ["src=", "@import", "url(", "http://", "https://"] where name != "hostile.html" {
        #expect(!text.contains(mark), "\(name) has \(mark)")
      }
      #expect(text.contains("default-src 'none'"))
    }
  }

  @Test("the HTML report, whole")
  func golden() {
    expectGolden(renderHTML(RunTestReports.leaking), named: "run-leaking.html")
  }

  @Test("the flame graph, whole")
  func goldenGraph() {
    expectGolden(renderFlameGraph(ProfileTestReports.mixed), named: "profile-mixed.svg")
  }

  /// Pictures stay in the folder that BPFLEAK_PAGES names.
  @Test(
    "a person can search, zoom, sort and filter in Chromium, wide and narrow, light and dark",
    .read(by: .chromium, .chromedriver, .python3))
  func browser() throws {
    let kept = ProcessInfo.processInfo.environment["BPFLEAK_PAGES"]
    try withFolder { temporary in
      let folder = kept ?? temporary
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, report) in Self.pages {
        try write(renderHTML(report).utf8, to: "\(folder)/\(name)")
      }
      for (name, report) in Self.svgs {
        try write(renderFlameGraph(report).utf8, to: "\(folder)/\(name)")
      }
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      let driver = root.deletingLastPathComponent().appending(path: "scripts/drive-pages").path
      let (text, status) = try Reader.python3.run([driver, folder])
      #expect(status == 0, "\(text)")
      if kept != nil { print(text) }
    }
  }
}
