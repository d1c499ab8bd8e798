// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import bpfleak

@Suite struct OutputFormTests {
  private static func form(_ arguments: String...) throws -> OutputForm {
    let options = try OutputOptions.parse(arguments)
    return try options.report.form(output: options.output)
  }

  @Test(
    "the ending of --output tells the format",
    arguments: [
      ("a.ndjson", .ndjson), ("a.jsonl", .ndjson), ("a.folded", .folded), ("a.pb.gz", .pprof),
      ("a.pprof", .pprof), ("a.svg", .flamegraph), ("dir.svg/a.html", .html), ("a.htm", .html),
      ("a.txt", .text), ("a", .text), ("html", .text), ("A.HTML", .html), ("a.Pb.Gz", .pprof),
    ] as [(String, OutputForm)])
  func endings(path: String, form: OutputForm) throws {
    #expect(try Self.form("--output", path) == form)
  }

  @Test("--format decides over the ending, and knows its names")
  func format() throws {
    #expect(try Self.form("--output", "a.html", "--format", "folded") == .folded)
    for form in OutputForm.allCases where form != .pprof {
      #expect(try Self.form("--format", form.rawValue) == form)
    }
    #expect(throws: (any Error).self) { try Self.form("--format", "svg") }
    #expect(throws: (any Error).self) { try Self.form("--ndjson", "--format", "html") }
    #expect(throws: (any Error).self) { try Self.form("--format", "html", "--events", "leak") }
  }

  @Test(
    "an ending that stands for no format means text, and bpfleak says so unless a format was chosen",
    arguments: [
      (["x.foo"], ".foo"), (["dir/x.json"], ".json"), (["leak.1"], ".1"), (["x"], nil),
      (["x.txt"], nil), (["x.log"], nil), (["x.html"], nil), (["dir.d/x"], nil), ([".hidden"], nil),
      (["x."], nil), (["/dev/null"], nil), (["x.foo", "--format", "text"], nil),
      (["x.foo", "--ndjson"], nil), (["x.foo", "--quiet"], nil),
    ] as [([String], String?)])
  func unknownEnding(arguments: [String], ending: String?) throws {
    let options = try OutputOptions.parse(["--output"] + arguments)
    let notice = options.notice
    #expect((notice == nil) == (ending == nil))
    if let ending {
      #expect(notice?.contains("as text, because '\(ending)' stands for no format") == true)
      #expect(notice?.contains("--format") == true)
    }
  }
}
