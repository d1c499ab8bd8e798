// SPDX-License-Identifier: Apache-2.0

/// A text of /proc or /sys that has another shape than the kernel documents.
public struct UnexpectedText: Error, Hashable, Sendable {
  /// The last part of the file's name: `maps`, `statm`.
  public let file: String
  /// Counted from 1; 0 when the whole text lacks something.
  public let line: Int
  /// In words: `start-end in hexadecimal`.
  public let expected: String

  public init(in file: String, line: Int = 0, expected: String) {
    self.file = file
    self.line = line
    self.expected = expected
  }
}

/// Why a file of /proc or /sys gave no value.
public enum ProcfsError: Error, Hashable, Sendable {
  /// ENOENT or ESRCH when the process or thread is gone, EACCES or EPERM when it is hidden.
  case unreadable(path: String, errno: Int32)
  case unexpected(path: String, UnexpectedText)
}
