// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a process printed: a file without a name that it writes to and a test reads from.
final class PrintedText: Sendable {
  let descriptor: Int32

  init() throws {
    var template = Array("/tmp/bpfleak-test.XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw StartedProcess.Failure.cannotStart("a file in /tmp", code: errno)
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  var count: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Where the last whole line ends: a file grows by pages, and lines are written many at a time.
  var endOfLines: Int {
    let bytes = bytes()
    return bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
  }

  func bytes(from start: Int = 0) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, count - start))
    let got = pread(descriptor, &bytes, bytes.count, start)
    bytes.removeLast(bytes.count - max(0, got))
    return bytes
  }

  /// What is no UTF-8 shows as U+FFFD.
  var text: String { String(decoding: bytes(), as: UTF8.self) }

  var tail: String { String(text.suffix(1000)) }

  func contains(_ needle: String) -> Bool { Data(bytes()).range(of: Data(needle.utf8)) != nil }

  /// Whether a whole line of NDJSON of that type starts at `start` or later. Moves `start` to where
  /// the next look may begin.
  func hasLine(of type: String, from start: inout Int) -> Bool {
    let data = Data(bytes(from: start))
    guard let last = data.lastIndex(of: UInt8(ascii: "\n")) else { return false }
    let isFound = data[...last].range(of: Data("{\"type\":\"\(type)\"".utf8)) != nil
    if !isFound { start += last + 1 }
    return isFound
  }
}
