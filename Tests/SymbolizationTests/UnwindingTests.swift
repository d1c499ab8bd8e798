// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Symbolization

@Suite("Unwinding recorded stacks")
struct UnwindingTests {
  @Test(
    "with unwind tables the path reaches from the call to the program's start",
    arguments: ["x86_64/walk", "arm64/walk"])
  func tables(fixture: String) throws {
    let path = try Fixture(fixture).callPath()
    #expect(
      path.functions == ["take_room", "gate", "descend", "descend", "run", "begin", "_start"])
    #expect(path.isComplete)
  }

  @Test("a signal's frame leads from its handler to the function that it interrupted")
  func signal() throws {
    let path = try Fixture("x86_64/signal").callPath()
    #expect(path.functions == ["handle", "restore", "interrupted", "run", "begin", "_start"])
    #expect(path.isComplete)
  }

  @Test(
    "an interrupted entry of the procedure linkage table has no symbol, and its caller is found")
  func linkageTable() throws {
    let path = try Fixture("x86_64/plt").callPath()
    #expect(
      path.functions == ["handle", "restore", "?", "through_table", "run", "begin", "_start"])
    #expect(path.frames[2].unresolved == .noSymbol && path.isComplete)
  }

  @Test("code without tables is passed by finding the call of its function")
  func calledByName() throws {
    let path = try Fixture("x86_64/gap_by_name").callPath()
    #expect(path.functions == ["inner", "called_by_name", "outside", "run", "begin", "_start"])
    #expect(path.isComplete)
  }

  @Test("code without tables that was called by pointer is passed by a guess, and the path says so")
  func calledByPointer() throws {
    let path = try Fixture("x86_64/gap_by_pointer").callPath()
    #expect(path.functions == ["inner", "called_by_pointer", "outside", "run", "begin", "_start"])
    #expect(path.incomplete == .callerSearched)
  }

  @Test(
    "on arm64 the callers of code without tables are found, and the path is called a guess",
    arguments: ["arm64/gap_by_name", "arm64/gap_by_pointer"])
  func arm64WithoutTables(fixture: String) throws {
    let path = try Fixture(fixture).callPath()
    #expect(path.functions[0] == "inner" && path.functions[1].hasPrefix("called_by_"))
    #expect(path.functions[2] == "outside" && path.incomplete == .callerSearched)
  }

  @Test("a program with Go's function table is unwound by its frame pointers")
  func framePointers() throws {
    let path = try Fixture("x86_64/go_like").callPath()
    #expect(path.functions == ["gate", "descend", "descend", "run", "begin", "_start"])
    #expect(path.isComplete)
  }

  /// The first `words` words of a fixture's stack.
  private func cut(_ fixture: Fixture, words: Int, isCut: Bool) -> CapturedStack {
    guard case .copy(let memory, _) = fixture.stack.content else { return fixture.stack }
    var stack = fixture.stack
    stack.content = .copy(Array(memory.prefix(8 * words)), isCut: isCut)
    return stack
  }

  @Test("a path that runs beyond the copy says whether more could have been copied")
  func copyTooShort() throws {
    var fixture = try Fixture("x86_64/walk")
    let whole = fixture
    fixture.stack = cut(whole, words: 3, isCut: true)
    let path = try fixture.callPath()
    #expect(path.functions.starts(with: ["take_room", "gate", "descend"]))
    #expect(!path.functions.contains("run") && path.incomplete == .copyTooShort)
    fixture.stack = cut(whole, words: 3, isCut: false)
    #expect(try fixture.callPath().incomplete == .noUnwindTables)
  }

  @Test("a stack that could not be copied has no frames")
  func unreadable() throws {
    var fixture = try Fixture("x86_64/walk")
    fixture.stack.content = .unreadable
    #expect(try fixture.callPath() == CallPath(frames: [], incomplete: .unreadable))
  }

  @Test("addresses that frame pointers gave are symbolized, and complete if they reach the start")
  func addresses() throws {
    var fixture = try Fixture("x86_64/signal")
    let addresses = try fixture.callPath().frames.map(\.address)
    fixture.stack.content = .addresses([addresses[0], addresses[3], addresses[5]])
    let whole = try fixture.callPath()
    #expect(whole.functions == ["handle", "run", "_start"] && whole.isComplete)
    fixture.stack.content = .addresses([addresses[0], addresses[3]])
    #expect(try fixture.callPath().incomplete == .framePointersOnly)
  }

  @Test("of a program for another machine the place of the call is told, and none of its callers")
  func foreignProgram() throws {
    var fixture = try Fixture("x86_64/walk")
    // e_machine: 8 is MIPS.
    fixture.space.contents[fixture.space.program]?[18] = 8
    let path = try fixture.callPath()
    #expect(path.functions == ["take_room", "gate"] && path.incomplete == .noUnwindTables)
  }

  @Test("an address space without modules cannot be unwound")
  func noModules() throws {
    var fixture = try Fixture("x86_64/walk")
    fixture.space.mapped = []
    #expect(ProcessImage(fixture.space, readsDebugInfo: true) == nil)
  }
}
