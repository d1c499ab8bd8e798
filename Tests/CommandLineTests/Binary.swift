// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The program itself, as a shell would run it: what it says and with what status it ends.
enum Binary {
  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Beside the test bundle, or in the build directory.
  private static var path: String {
    let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let near = bundle.deletingLastPathComponent().appending(path: "bpfleak").path
    if access(near, X_OK) == 0 { return near }
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return package.appending(path: ".build/debug/bpfleak").path
  }

  static func run(_ arguments: String...) throws -> Run { try run(arguments) }

  static func run(_ arguments: [String]) throws -> Run {
    let folder = FileManager.default.temporaryDirectory
    let places = ["out", "err"].map { folder.appending(path: "bpfleak-\(UUID()).\($0)") }
    defer { for place in places { try? FileManager.default.removeItem(at: place) } }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: what is said may be more than a pipe holds.
    let handles = try places.map { place in
      try Data().write(to: place)
      return try FileHandle(forWritingTo: place)
    }
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    try process.run()
    process.waitUntilExit()
    let texts = try places.map { try String(contentsOf: $0, encoding: .utf8) }
    return Run(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
