// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import Symbolization

@Suite("Damaged files")
struct DamageTests {
  private func callPath(of content: [UInt8]) throws -> CallPath {
    var fixture = try Fixture("x86_64/walk")
    fixture.space.contents[fixture.space.program] = content
    return try fixture.callPath()
  }

  @Test(
    "where debug information is damaged, symbols still name the functions",
    arguments: ["bad_debug_info", "bad_abbreviations"])
  func debugInformation(program: String) throws {
    let path = try callPath(of: Fixture.content("x86_64/\(program)"))
    #expect(path.functions == ["gate", "descend", "descend", "run", "begin", "_start"])
    #expect(path.isComplete && path.frames.allSatisfy { $0.line == nil })
  }

  @Test("where the line table is damaged, inlined functions are still told")
  func lineTable() throws {
    let path = try callPath(of: Fixture.content("x86_64/bad_lines"))
    #expect(path.functions.starts(with: ["take_room", "gate", "descend"]))
    #expect(path.frames[0].isInlined && path.frames.allSatisfy { $0.file == nil })
  }

  @Test("where unwind tables are damaged, callers are searched for and the path says so")
  func unwindTables() throws {
    let path = try callPath(of: Fixture.content("x86_64/bad_eh_frame"))
    #expect(
      path.functions == ["take_room", "gate", "descend", "descend", "run", "begin", "_start"])
    #expect(path.incomplete == .callerSearched)
  }

  @Test("a file that is cut short anywhere gives a path, and no crash")
  func truncated() throws {
    let whole = try Fixture.content("x86_64/walk")
    for length in stride(from: 0, to: whole.count, by: 61) {
      let path = try callPath(of: Array(whole.prefix(length)))
      #expect(!path.frames.isEmpty, "\(length) bytes")
    }
  }

  @Test("bytes changed at random give a path, and no crash")
  func changedBytes() throws {
    let whole = try Fixture.content("x86_64/walk")
    var random = SplitMix64(state: 11)
    for round in 0..<400 {
      var content = whole
      for _ in 0..<8 {
        content[Int(random.next() % UInt64(content.count))] = UInt8(
          truncatingIfNeeded: random.next())
      }
      #expect(try !callPath(of: content).frames.isEmpty, "round \(round)")
    }
  }
}
