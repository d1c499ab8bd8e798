// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file that cannot be written, with its errno.
public struct OutputError: Error, Sendable, Equatable {
  public var path: String
  public var code: Int32

  public init(path: String, code: Int32) {
    self.path = path
    self.code = code
  }
}

/// Where reports and lines go: standard output or a file. Whole writes only.
///
/// A file keeps its contents until `begin`. A run that fails before that changes no file and leaves no new
/// one.
public final class Output {
  public static let standard = "standard output"

  public let path: String
  /// Whether the reader is gone.
  public private(set) var isClosed = false
  /// The errno of a failed write; 0 for none, or if only the reader went away.
  public private(set) var failure: Int32 = 0
  /// Whether writing has been allowed.
  public private(set) var isOpen = false

  private let descriptor: Int32
  private let owns: Bool
  /// Whether the file is new and still empty.
  private var isToBeRemoved = false
  /// Whether a write can wait for a reader: into a pipe, a socket or a terminal.
  private let hasReader: Bool
  /// Whether the user wants the run to stop, so that a reader that does not read is left.
  private let isToldToStop: () -> Bool

  /// A nil path is standard output.
  public init(
    path: String?, isToldToStop: @escaping () -> Bool = { false }
  ) throws(OutputError) {
    self.isToldToStop = isToldToStop
    guard let path else {
      descriptor = STDOUT_FILENO
      owns = false
      self.path = Self.standard
      hasReader = Self.hasReader(descriptor)
      return
    }
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC
    let created = Glibc.open(path, flags | O_EXCL, 0o644)
    descriptor = created < 0 && errno == EEXIST ? Glibc.open(path, flags, 0o644) : created
    guard descriptor >= 0 else { throw OutputError(path: path, code: errno) }
    owns = true
    isToBeRemoved = created >= 0
    self.path = path
    hasReader = Self.hasReader(descriptor)
  }

  deinit {
    guard owns else { return }
    close(descriptor)
    if isToBeRemoved { unlink(path) }
  }

  private static func hasReader(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Whether it is the same file as the one at `path`, under any name.
  public func isFile(at path: String) -> Bool {
    var (own, other) = (stat(), stat())
    guard !hasReader, fstat(descriptor, &own) == 0, stat(path, &other) == 0 else { return false }
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Allows writing, and empties the file.
  public func begin() {
    guard !isOpen else { return }
    isOpen = true
    guard owns else { return }
    isToBeRemoved = false
    // A device or a pipe has no length to set.
    if ftruncate(descriptor, 0) != 0, errno != EINVAL { fail(errno) }
  }

  public func write(_ text: String) { write(Array(text.utf8)) }

  public func write(_ bytes: [UInt8]) {
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

  /// Throws if a write failed.
  public func check() throws(OutputError) {
    if failure != 0 { throw OutputError(path: path, code: failure) }
  }

  private func fail(_ code: Int32) {
    isClosed = true
    if code != EPIPE { failure = code }
  }

  /// Waits until a pipe can take a whole write. A reader that does not read would hold up the end of the run,
  /// so it is given up one second after the signal to stop.
  private func waitForReader() -> Bool {
    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    var patience = 10
    while poll(&room, 1, 100) == 0 {
      if isToldToStop() { patience -= 1 }
      if patience == 0 {
        isClosed = true
        failure = ETIMEDOUT
        return false
      }
    }
    return true
  }
}
