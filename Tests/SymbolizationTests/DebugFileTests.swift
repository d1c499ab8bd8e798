// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Debug information in a file apart")
struct DebugFileTests {
  private let functions = [
    "take_room", "gate", "descend", "descend", "run", "begin", "_start",
  ]

  /// The stack of `walk` with a stripped program in its place.
  private func stripped(_ name: String) throws -> Fixture {
    var fixture = try Fixture("x86_64/walk")
    fixture.space.contents[fixture.space.program] = try Fixture.content("x86_64/\(name)")
    return fixture
  }

  @Test(
    "a stripped program alone is unwound and has no functions",
    arguments: [
      "stripped", "by_build_id",
    ])
  func alone(program: String) throws {
    let path = try stripped(program).callPath()
    #expect(path.frames.count == 6 && path.frames.allSatisfy { $0.unresolved == .noSymbol })
  }

  @Test(
    "the file that the program names is found beside it, in .debug or in the tree of debug files",
    arguments: [
      "/fixture/x86_64/stripped.debug", "/fixture/x86_64/.debug/stripped.debug",
      "/debug/fixture/x86_64/stripped.debug", "/debug/x86_64/stripped.debug",
      "/debug/stripped.debug",
    ])
  func byLink(place: String) throws {
    var fixture = try stripped("stripped")
    fixture.space.debugFiles[place] = try Fixture.content("x86_64/stripped.debug")
    let path = try fixture.callPath()
    #expect(path.functions == functions && path.frames[0].isInlined)
    #expect(path.frames[0].file == "/fixture/walk.c" && path.isComplete)
  }

  @Test("a file of the right name with another checksum is not taken")
  func wrongChecksum() throws {
    var fixture = try stripped("stripped")
    fixture.space.debugFiles["/fixture/x86_64/stripped.debug"] =
      try Fixture.content("x86_64/stripped.debug") + [0]
    #expect(try fixture.callPath().functions.allSatisfy { $0 == "?" })
  }

  @Test("a program that names no file has one by its build id")
  func byBuildID() throws {
    var fixture = try stripped("by_build_id")
    let id = try buildID(of: fixture)
    fixture.space.debugFiles["/debug/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug"] =
      try Fixture.content("x86_64/by_build_id.debug")
    let path = try fixture.callPath()
    #expect(path.functions == functions && path.frames[0].isInlined && path.isComplete)
  }

  @Test("a file with another build id is not taken, and the next place is tried")
  func wrongBuildID() throws {
    var fixture = try stripped("by_build_id")
    let id = try buildID(of: fixture)
    let place = "/debug/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug"
    fixture.space.debugFiles[place] = try Fixture.content("x86_64/signal")
    #expect(try fixture.callPath().functions.allSatisfy { $0 == "?" })
    fixture.space.debugFiles["/fixture/x86_64/walk.debug"] =
      try Fixture.content("x86_64/by_build_id.debug")
    #expect(try fixture.callPath().functions == functions)
  }

  @Test("debug files are not opened where debug information is not wanted")
  func notWanted() throws {
    var fixture = try stripped("stripped")
    fixture.space.debugFiles["/fixture/x86_64/stripped.debug"] =
      try Fixture.content("x86_64/stripped.debug")
    #expect(try fixture.callPath(readsDebugInfo: false).functions.allSatisfy { $0 == "?" })
  }

  private func buildID(of fixture: Fixture) throws -> String {
    let image = try #require(ProcessImage(fixture.space, readsDebugInfo: false))
    _ = image.callPath(of: fixture.stack, symbolizes: false)
    let id = try #require(image.takeBuildIDs()[fixture.space.program])
    return id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

@Suite("Where debug files are looked for")
struct DebugFileNameTests {
  private func paths(
    _ module: String, id: [UInt8] = [], link: String? = nil, isAlternate: Bool = false
  ) -> [String] {
    DebugFileName(modulePath: module, buildID: id, link: link, isAlternate: isAlternate)
      .paths(in: ["/debug"])
  }

  @Test("the build id comes first, then the link beside the module and ever less deep in the tree")
  func order() {
    #expect(
      paths("/usr/bin/server", id: [0x0a, 0xbc, 0xde], link: "server.dbg") == [
        "/debug/.build-id/0a/bcde.debug", "/usr/bin/server.dbg", "/usr/bin/.debug/server.dbg",
        "/debug/usr/bin/server.dbg", "/debug/bin/server.dbg", "/debug/server.dbg",
      ])
  }

  @Test("without a link the name is guessed, apart from the module also without an ending")
  func guessed() {
    #expect(
      paths("/bin/server") == [
        "/bin/server.debug", "/bin/.debug/server.debug", "/bin/.debug/server",
        "/debug/bin/server.debug", "/debug/bin/server", "/debug/server.debug", "/debug/server",
      ])
  }

  @Test("the common file that dwz made is looked for by its path and in .dwz directories")
  func alternate() {
    #expect(
      paths("/bin/server", id: [1, 2, 3], link: "/lib/debug/.dwz/server.debug", isAlternate: true)
        == [
          "/debug/.build-id/01/0203.debug", "/lib/debug/.dwz/server.debug",
          "/bin/.dwz/server.debug", "/debug/server.debug", "/debug/.dwz/server.debug",
        ])
  }

  @Test("what has no directory, as the vDSO, is looked for by its build id alone")
  func noDirectory() {
    #expect(paths("[vdso]").isEmpty)
    #expect(paths("[vdso]", id: [1, 2, 3]) == ["/debug/.build-id/01/0203.debug"])
  }
}
