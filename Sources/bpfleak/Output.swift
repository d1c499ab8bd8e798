// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where reports and lines go: standard output or a file. Whole writes only.
final class Output {
  private let descriptor: Int32
  private let owns: Bool
  let path: String
  /// Nobody reads any more.
  private(set) var isClosed = false
  /// Whether a write can wait for a reader: into a pipe, a socket or a terminal.
  private let hasReader: Bool
  private(set) var failure: Int32 = 0

  init(path: String?) throws(Failure) {
    guard let path else {
      descriptor = STDOUT_FILENO
      owns = false
      self.path = "standard output"
      hasReader = Self.hasReader(descriptor)
      return
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
    owns = true
    self.path = path
    hasReader = Self.hasReader(descriptor)
  }

  private static func hasReader(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  deinit { if owns { close(descriptor) } }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  func write(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count, !isClosed {
      let most = hasReader ? Int(PIPE_BUF) : .max
      if hasReader, !waitForReader() { return }
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map {
          Glibc.write(descriptor, $0 + start, min(most, buffer.count - start))
        } ?? 0
      }
      if count >= 0 {
        start += count
      } else if errno != EINTR, errno != EAGAIN {
        isClosed = true
        if errno != EPIPE { failure = errno }
      }
    }
  }

  /// Returns when so much as a pipe takes at once can be written. One that does not read, and keeps us
  /// from being stopped by that, is left a second after the word to stop: signals are taken elsewhere.
  private func waitForReader() -> Bool {
    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    var patience = 10
    while poll(&room, 1, 100) == 0 {
      if StopSignals.isToldToStop { patience -= 1 }
      if patience == 0 {
        isClosed = true
        failure = ETIMEDOUT
        return false
      }
    }
    return true
  }

  func write(_ text: String) { write(Array(text.utf8)) }
}
