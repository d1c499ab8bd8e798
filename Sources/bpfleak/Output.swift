// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where reports and lines go: standard output or a file. Whole writes only.
final class Output {
  private let descriptor: Int32
  private let owns: Bool
  let path: String
  /// Nobody reads any more.
  private(set) var isClosed = false
  private(set) var failure: Int32 = 0

  init(path: String?) throws(Failure) {
    guard let path else {
      descriptor = STDOUT_FILENO
      owns = false
      self.path = "standard output"
      return
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
    owns = true
    self.path = path
  }

  deinit { if owns { close(descriptor) } }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  func write(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count, !isClosed {
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { Glibc.write(descriptor, $0 + start, buffer.count - start) } ?? 0
      }
      if count >= 0 {
        start += count
      } else if errno != EINTR, errno != EAGAIN {
        isClosed = true
        if errno != EPIPE { failure = errno }
      }
    }
  }

  func write(_ text: String) { write(Array(text.utf8)) }
}
