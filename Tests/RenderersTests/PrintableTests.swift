// SPDX-License-Identifier: Apache-2.0
import Renderers
import Testing
import TextLayout

@Suite struct PrintableTests {
  @Test(
    "what a terminal would obey or could not show is spelled out",
    arguments: [
      ("\u{1b}[31mred", "\\x1b[31mred"), ("a\nb\tc\r\n", "a\\nb\\tc\\r\\n"), ("\0", "\\x00"),
      ("\u{9b}2J", "\\x9b2J"), ("\u{7f}", "\\x7f"), ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
      ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"), ("a\u{200b}b", "a\\u{200b}b"),
      ("\u{2028}", "\\u{2028}"), ("\u{feff}", "\\u{feff}"), ("\u{e0041}", "\\u{e0041}"),
      ("\u{e000}", "\\u{e000}"), ("\u{10ffff}", "\\u{10ffff}"), ("\u{3164}", "\\u{3164}"),
      ("\u{301}a", "\\u{301}a"),
      ("a\u{301}\u{301}\u{301}\u{301}\u{301}", "a\u{301}\u{301}\u{301}\u{301}\\u{301}"),
    ] as [(String, String)])
  func hostile(text: String, shown: String) {
    #expect(printable(text) == shown)
  }

  @Test(
    "ordinary names and paths stay as they are",
    arguments: [
      "", "kworker/0:1", "/run/by\\x2duuid", "naïve", "漏れ検出", "🦀", "e\u{301}", "\u{fffd}", "नि",
    ])
  func ordinary(text: String) {
    #expect(printable(text) == text)
  }

  @Test("no character comes through that is not drawn, and what is shown is shown again unchanged")
  func everyScalar() {
    for value in 0...0x10_ffff as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = printable("a" + String(scalar))
      let isSafe = shown.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
      if !isSafe || printable(shown) != shown { Issue.record("U+\(String(value, radix: 16))") }
    }
  }
}
