// SPDX-License-Identifier: Apache-2.0
import Testing
import TextLayout

@testable import Renderers

@Suite struct TextLayoutTests {
  @Test("text is padded, cut with a mark, and wrapped at spaces without cutting words")
  func layout() {
    #expect(padLeft("7", to: 3) == "  7")
    #expect(padRight("ab", to: 3) == "ab ")
    #expect(truncate("abcdef", to: 4) == "abc…")
    #expect(truncateFront("/usr/lib/libc.so", to: 8) == "…libc.so")
    #expect(wrap("one two three", to: 7) == ["one two", "three"])
    #expect(wrap("a /a/long/path b", to: 5) == ["a", "/a/long/path", "b"])
  }

  @Test(
    "a text is as wide as a terminal draws it",
    arguments: [
      ("", 0), ("abc", 3), ("漏れ検出", 8), ("한글", 4), ("e\u{301}", 1), ("ｱ", 1), ("Ａ", 2),
      ("🦀", 2), ("🇩🇪", 2), ("…", 1), ("µs", 2), ("नि", 2), ("\u{1112}\u{1161}", 2),
    ] as [(String, Int)])
  func width(text: String, cells: Int) {
    #expect(displayWidth(text) == cells)
  }

  @Test("wide characters are padded and cut by the cells they take, never in halves")
  func wide() {
    #expect(padRight("漏れ", to: 6) == "漏れ  ")
    #expect(padLeft("漏れ", to: 6) == "  漏れ")
    #expect(truncate("漏れ検出", to: 6) == "漏れ…")
    #expect(truncateFront("漏れ検出", to: 4) == "…出")
    #expect(truncate("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
  }

  @Test("a table that is too wide shortens words, cuts names and drops columns, in this order")
  func table() {
    let columns = [
      TableLayout.Column(title: "NAME", cells: ["a-long-name"], leastWidth: 6),
      TableLayout.Column(title: "KIND", cells: ["thread-stack"], shortCells: ["stack"]),
      TableLayout.Column(title: "N", cells: ["12"], isNumber: true, dispensability: 1),
    ]
    func rows(_ room: Int) -> [String] { TableLayout(columns, room: room).lines }
    #expect(rows(40) == ["NAME         KIND           N", "a-long-name  thread-stack  12"])
    #expect(rows(27) == ["NAME        KIND          N", "a-long-name thread-stack 12"])
    #expect(rows(24) == ["NAME     KIND          N", "a-long-… thread-stack 12"])
    #expect(rows(18) == ["NAME      KIND   N", "a-long-n… stack 12"])
    #expect(rows(12) == ["NAME   KIND", "a-lon… stack"])
    #expect(rows(8) == ["NAME   …", "a-lon… …"])
  }
}
