// SPDX-License-Identifier: Apache-2.0
import Reporting
import Symbolization
import TestKit
import Testing
import TextLayout

@testable import Renderers

@Suite struct CallPathTextTests {
  @Test("a verdict shows its call path with the line to look at marked, at 60 to 100 columns")
  func leak() {
    var leak = TextTestReports.serverLeak
    leak.callPath = ProfileTestReports.leakStack
    for columns in [60, 80, 100] {
      let text = leakLines(leak, columns: columns).map { $0 + "\n" }.joined()
      expectGolden(text, named: "leak-stack-\(columns).txt")
      #expect(text.split(separator: "\n").allSatisfy { displayWidth($0) <= columns })
    }
  }

  @Test("frames without names have their place and the reason; an incomplete path says so")
  func stripped() {
    #expect(
      callPathLines(ProfileTestReports.strippedStack, columns: 100) == [
        "   Call path (> marks the line to look at):",
        "       at mmap (libc.so.6)",
        "     > at [plugin.so+0x2222] (no symbol there)",
        "       at [unknown] (no module there)",
        "       at main (/src/server/main.c:77)",
        "       (incomplete: the stack is deeper than what was copied of it)",
      ])
  }

  @Test("a deep call path shows its innermost frames and the number of the others")
  func deep() throws {
    let stack = try #require(ProfileTestReports.deep.callPath)
    let lines = callPathLines(stack, columns: 80)
    #expect(lines.count == 14)
    #expect(lines[2] == "     > at walk_0 (deep.c:100)")
    #expect(lines.last == "       … 79 more outer frames")
  }

  @Test("the culprit is shown at any depth")
  func deepCulprit() {
    let plumbing = Array(repeating: ProfileTestReports.mmap, count: 20)
    let lines = callPathLines(
      CallPath(frames: plumbing + [ProfileTestReports.main]), columns: 80)
    #expect(
      lines.suffix(2) == ["       … 9 frames not shown", "     > at main (/src/server/main.c:77)"])
  }

  @Test("names and paths cannot command the terminal, nor widen the line")
  func hostile() {
    let frame = StackFrame(
      address: 1, function: "f\u{1b}[2J" + String(repeating: "x", count: 300),
      file: "/a/\n" + String(repeating: "y", count: 300), line: 3)
    for line in callPathLines(CallPath(frames: [frame]), columns: 100) {
      #expect(displayWidth(line) <= 100)
      #expect(!line.contains("\u{1b}") && !line.contains("\n"))
    }
  }

  @Test("a call path without frames is unknown")
  func none() {
    #expect(
      callPathLines(CallPath(frames: [], incomplete: .processGone), columns: 80) == [
        "   Call path: unknown.",
        "       (incomplete: the process was gone before its stack was unwound)",
      ])
  }
}
