// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Foundation
import Glibc
import MappingEvents

@testable import Symbolization

/// A recorded address space: files of Fixtures in place of what was mapped.
struct FixtureSpace: SpaceFiles {
  /// By path as the recorded process saw it.
  var contents: [String: [UInt8]] = [:]
  /// Why a module has no file, by path.
  var missing: [String: UnresolvedReason] = [:]
  /// Debug files, by the path that they are looked for at. `/debug` is the tree of debug files.
  var debugFiles: [String: [UInt8]] = [:]
  var perfMapText = ""
  var mapped: [MappedModule]
  let program: String
  let asksDebugServers = false

  func modules() -> [MappedModule] { mapped }

  func openProgram() -> OpenedFile? { file(program, contents[program]) }

  func open(_ module: MappedModule) throws(UnresolvedReason) -> OpenedFile {
    if let reason = missing[module.path] { throw reason }
    guard let file = file(module.path, contents[module.path]) else { throw .fileGone }
    return file
  }

  func openDebugFile(
    _ name: DebugFileName, where isRight: (borrowing OpenedFile) -> Bool
  ) -> OpenedFile? {
    for path in name.paths(in: ["/debug"]) {
      if let file = file(path, debugFiles[path]), isRight(file) { return file }
    }
    return nil
  }

  func perfMap() -> PerfMap { PerfMap(perfMapText) }

  /// A file in memory, since the content may be one that a test made up.
  private func file(_ path: String, _ content: [UInt8]?) -> OpenedFile? {
    guard let content else { return nil }
    let descriptor = bpfleak_memory_file("fixture")
    guard descriptor >= 0, write(descriptor, content, content.count) == content.count else {
      return nil
    }
    return OpenedFile(descriptor: descriptor, path: path)
  }
}

/// What a program of Fixtures wrote down of itself, and its files.
struct Fixture {
  var space: FixtureSpace
  var stack: CapturedStack

  /// `name` is a program of Fixtures with its directory, as in `x86_64/walk`.
  init(_ name: String) throws {
    let text = String(decoding: try Self.content("\(name).capture"), as: UTF8.self)
    var parts: [String: [String]] = [:]
    var title = ""
    let titles = ["instruction", "stack pointer", "saved registers", "stack", "maps"]
    for line in text.split(separator: "\n").map(String.init) {
      if titles.contains(line) { title = line } else { parts[title, default: []].append(line) }
    }
    let numbers = parts.mapValues { $0.compactMap { UInt64($0, radix: 16) } }
    let modules = MappedModule.list(parts["maps", default: []].joined(separator: "\n"))
    space = FixtureSpace(mapped: modules, program: "/fixture/\(name)")
    for module in modules where module.path.hasPrefix("/fixture/") {
      space.contents[module.path] = try Self.content(String(module.path.dropFirst(9)))
    }
    stack = CapturedStack(
      id: CallPathID(1), when: KernelInstant(nanoseconds: 1), process: ProcessID(7),
      thread: ThreadID(7), space: SpaceKey(1), instruction: numbers["instruction"]?.first ?? 0,
      stackPointer: numbers["stack pointer"]?.first ?? 0,
      registers: numbers["saved registers"] ?? [],
      content: .copy(
        numbers["stack", default: []].flatMap { word in
          (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }, isCut: false))
  }

  static func content(_ name: String) throws -> [UInt8] {
    let here = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: here.appending(path: "Fixtures/\(name)")))
  }

  /// The call path, unwound with elfutils from the recorded stack.
  func callPath(readsDebugInfo: Bool = true, symbolizes: Bool = true) throws -> CallPath {
    guard let image = ProcessImage(space, readsDebugInfo: readsDebugInfo) else {
      throw FixtureError.noModules
    }
    return image.callPath(of: stack, symbolizes: symbolizes)
  }

  enum FixtureError: Error { case noModules }
}

extension CallPath {
  /// Functions, innermost first; `?` where none is known.
  var functions: [String] { frames.map { $0.function ?? "?" } }
}
