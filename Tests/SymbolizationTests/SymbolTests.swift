// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Functions, files and lines of recorded stacks")
struct SymbolTests {
  /// The line in a source of Fixtures that has `text`.
  private func line(of text: String, in source: String) throws -> Int? {
    let content = String(decoding: try Fixture.content(source), as: UTF8.self)
    return content.split(separator: "\n", omittingEmptySubsequences: false)
      .firstIndex { $0.contains(text) }.map { $0 + 1 }
  }

  @Test(
    "an inlined function is a frame of its own, at the line where it makes the call",
    arguments: ["x86_64/walk", "arm64/walk"])
  func inlined(fixture: String) throws {
    let frames = try Fixture(fixture).callPath().frames
    #expect(frames[0].isInlined && !frames[1].isInlined)
    #expect(frames[0].address == frames[1].address)
    #expect(frames[0].file == "/fixture/walk.c")
    #expect(frames[0].line == (try line(of: "// where the state was taken", in: "walk.c")))
    #expect(frames[1].line == (try line(of: "// inlined here", in: "walk.c")))
  }

  @Test("a return address has the line of its call", arguments: ["x86_64/walk", "arm64/walk"])
  func lines(fixture: String) throws {
    let frames = try Fixture(fixture).callPath().frames
    #expect(frames[2].line == (try line(of: "// at the bottom", in: "walk.c")))
    #expect(frames[3].line == (try line(of: "// deeper", in: "walk.c")))
    #expect(frames[4].line == (try line(of: "// from the top", in: "walk.c")))
    // Built without debug information.
    #expect(frames[5].function == "begin" && frames[5].line == nil)
  }

  @Test("offsets count as the file does, wherever the program lies")
  func offsets() throws {
    for (name, address) in [("x86_64/walk", 0x7fff_f7ff_d000), ("x86_64/signal", 0)] {
      for frame in try Fixture(name).callPath().frames {
        #expect(frame.offset == frame.address - UInt64(address))
        #expect(frame.module == "/fixture/\(name)")
      }
    }
  }

  @Test("without debug information functions are known by symbols, and nothing is inlined")
  func symbolsOnly() throws {
    let frames = try Fixture("x86_64/walk").callPath(readsDebugInfo: false, symbolizes: false)
      .frames
    #expect(frames.allSatisfy { $0.function == nil && $0.module == "/fixture/x86_64/walk" })
    #expect(frames.count == 6)
  }

  @Test("symbols can be looked up later, for a path that was unwound without")
  func symbolsLater() throws {
    let fixture = try Fixture("x86_64/walk")
    let bare = try fixture.callPath(readsDebugInfo: false, symbolizes: false)
    let image = try #require(ProcessImage(fixture.space, readsDebugInfo: true))
    #expect(image.symbolized(bare).frames == (try fixture.callPath().frames))
  }

  @Test("the build id of a module that was met is told once")
  func buildIDs() throws {
    let fixture = try Fixture("x86_64/walk")
    let image = try #require(ProcessImage(fixture.space, readsDebugInfo: true))
    _ = image.callPath(of: fixture.stack, symbolizes: true)
    #expect(image.takeBuildIDs()["/fixture/x86_64/walk"]?.count == 20)
    _ = image.callPath(of: fixture.stack, symbolizes: true)
    #expect(image.takeBuildIDs().isEmpty)
  }

  @Test(
    "a frame of a file that cannot be opened says why",
    arguments: [
      UnresolvedReason.fileGone, .fileReplaced,
    ])
  func missingFile(reason: UnresolvedReason) throws {
    var fixture = try Fixture("x86_64/walk")
    fixture.space.missing["/fixture/x86_64/walk"] = reason
    let path = try fixture.callPath()
    let frame = try #require(path.frames.first)
    #expect(frame.function == nil && frame.unresolved == reason)
    #expect(frame.module == "/fixture/x86_64/walk" && !path.isComplete)
  }

  @Test("code that belongs to no file is named by the map that its compiler wrote")
  func compiledCode() throws {
    var fixture = try Fixture("x86_64/walk")
    fixture.space.perfMapText = "10000 100 LReport;::load"
    fixture.stack.content = .addresses([0x1_0010, 0x1_0100, 0x1_0101])
    let frames = try fixture.callPath().frames
    // A return address is in the call before it.
    #expect(frames.map(\.function) == ["LReport;::load", "LReport;::load", nil])
    #expect(frames[2].unresolved == .noModule && frames[2].module == nil)
  }

  @Test("modules that are mapped later are known after a look, and gone ones are forgotten")
  func refresh() throws {
    let fixture = try Fixture("x86_64/walk")
    let files = ChangingSpace(fixture.space)
    let others = fixture.space.mapped.filter { $0.path != fixture.space.program }
    files.space.mapped = others
    let image = try #require(ProcessImage(files, readsDebugInfo: true))
    #expect(image.callPath(of: fixture.stack, symbolizes: true).functions.first == "?")
    files.space.mapped = fixture.space.mapped
    image.refresh()
    #expect(image.callPath(of: fixture.stack, symbolizes: true).functions.last == "_start")
    files.space.mapped = others
    image.refresh()
    #expect(image.callPath(of: fixture.stack, symbolizes: true).functions.first == "?")
  }
}

/// A space whose modules a test changes.
private final class ChangingSpace: SpaceFiles {
  var space: FixtureSpace
  var asksDebugServers: Bool { space.asksDebugServers }

  init(_ space: FixtureSpace) { self.space = space }

  func modules() -> [MappedModule] { space.modules() }
  func openProgram() -> OpenedFile? { space.openProgram() }
  func open(_ module: MappedModule) throws(UnresolvedReason) -> OpenedFile {
    try space.open(module)
  }
  func openDebugFile(
    _ name: DebugFileName, where isRight: (borrowing OpenedFile) -> Bool
  ) -> OpenedFile? { space.openDebugFile(name, where: isRight) }
  func perfMap() -> PerfMap { space.perfMap() }
}
