// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the executables are that these tests run.
enum Programs {
  enum Failure: Error, CustomStringConvertible {
    case notBuilt(path: String, remedy: String)

    var description: String {
      switch self {
      case .notBuilt(let path, let remedy): "there is no \(path); build it with: \(remedy)"
      }
    }
  }

  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// `bpfleak` beside the test bundle, or in a build directory above it.
  static func bpfleak() throws -> String {
    if let path = ProcessInfo.processInfo.environment["BPFLEAK_BINARY"] { return path }
    var candidates: [String] = []
    for start in [URL(filePath: "/proc/self/exe"), URL(filePath: CommandLine.arguments[0])] {
      let bundle = start.resolvingSymlinksInPath()
      candidates.append(bundle.deletingLastPathComponent().appending(path: "bpfleak").path)
    }
    candidates.append(package.appending(path: ".build/debug/bpfleak").path)
    for path in candidates where access(path, X_OK) == 0 { return path }
    throw Failure.notBuilt(path: candidates[0], remedy: "swift build")
  }

  /// A program of Tests/TestPrograms; an emulated machine has them elsewhere.
  static func test(_ name: String) throws -> String {
    let elsewhere = ProcessInfo.processInfo.environment["BPFLEAK_TEST_PROGRAMS"]
    let path =
      elsewhere.map { "\($0)/\(name)" }
      ?? package.appending(path: "Tests/TestPrograms/build/\(name)").path
    guard access(path, X_OK) == 0 else {
      throw Failure.notBuilt(path: path, remedy: "make test-programs")
    }
    return path
  }

  /// The full path of an installed program, or nil.
  static func installed(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}

/// A program of Tests/TestPrograms that runs: it says `pid` first and `done` last.
enum TestProgram {
  static func start(_ name: String, _ arguments: String...) throws -> StartedProcess {
    try StartedProcess([try Programs.test(name)] + arguments)
  }

  /// Runs its phase to the end, and holds.
  static func hold(_ name: String, _ arguments: String...) async throws -> StartedProcess {
    let program = try StartedProcess([try Programs.test(name)] + arguments + ["--hold"])
    try await program.waitUntilDone()
    return program
  }
}

extension StartedProcess {
  func waitUntilDone() async throws { try await waitUntil(printing: "\ndone\n") }

  func waitUntil(printing words: String) async throws {
    try await wait("'\(words)'") { output.contains(words) }
  }

  func waitUntil(complaining words: String) async throws {
    try await wait("'\(words)' on standard error") { errors.contains(words) }
  }
}
