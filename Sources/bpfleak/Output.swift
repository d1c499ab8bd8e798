// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where reports and lines go: standard output or a file. Whole writes only.
///
/// What is in a file stays until `begin`: a run that does not come to be takes nothing away, and
/// leaves no file behind that was not there before.
final class Output {
  private let descriptor: Int32
  private let owns: Bool
  /// The file was not there before, and nothing was begun.
  private var isToBeRemoved = false
  static let standard = "standard output"
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
      self.path = Self.standard
      hasReader = Self.hasReader(descriptor)
      return
    }
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC
    let created = open(path, flags | O_EXCL, 0o644)
    descriptor = created < 0 && errno == EEXIST ? open(path, flags, 0o644) : created
    guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
    owns = true
    isToBeRemoved = created >= 0
    self.path = path
    hasReader = Self.hasReader(descriptor)
  }

  private static func hasReader(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Whether it is that very file, by whatever name.
  func isFile(at path: String) -> Bool {
    var (own, other) = (stat(), stat())
    guard !hasReader, fstat(descriptor, &own) == 0, stat(path, &other) == 0 else { return false }
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  /// Takes the file over, and what was in it away.
  func begin() {
    guard owns else { return }
    isToBeRemoved = false
    // A device or a pipe has no length to set.
    if ftruncate(descriptor, 0) != 0, errno != EINVAL { fail(errno) }
  }

  deinit {
    guard owns else { return }
    close(descriptor)
    if isToBeRemoved { unlink(path) }
  }

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
        fail(errno)
      }
    }
  }

  private func fail(_ code: Int32) {
    isClosed = true
    if code != EPIPE { failure = code }
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
