// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A program that reads what we write, as its users run it.
enum Reader: String {
  case go, python3, chromedriver, chromium

  enum Absent: Error, CustomStringConvertible {
    case notInstalled(Reader)

    var description: String {
      switch self {
      case .notInstalled(let reader): "\(reader.rawValue) is not installed"
      }
    }
  }

  var absence: Absent? { path == nil ? .notInstalled(self) : nil }

  private var path: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    return folders.map { "\($0)/\(rawValue)" }.first { access($0, X_OK) == 0 }
  }

  /// Its standard output and errors, and its exit status.
  func run(_ arguments: [String]) throws -> (text: String, status: Int32) {
    guard let path else { throw Absent.notInstalled(self) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where a reader is missing, saying which.
  static func read(by readers: Reader...) -> Self {
    let absence = readers.lazy.compactMap(\.absence).first
    return .disabled(if: absence != nil, "\(absence.map { "\($0)" } ?? "")")
  }
}

/// A folder that goes when `body` ends.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}
