// SPDX-License-Identifier: Apache-2.0

/// Why the machine gave no text: the error number of the call that failed.
public struct Refusal: Error, Equatable, Sendable {
  public let errno: Int32

  public init(errno: Int32) { self.errno = errno }

  /// EPERM or EACCES, which have these numbers on every architecture.
  var isForPermission: Bool { errno == 1 || errno == 13 }
}

public typealias MachineAnswer = Result<String, Refusal>

/// A question to the machine. Its answer is a text, so that a recording can keep it.
public enum MachineQuestion: Hashable, Sendable {
  case contents(_ path: String)
  /// The names in a directory, a line each.
  case names(_ directory: String)
  /// Of a mounted file system, as a decimal number.
  case bytesInUse(_ mountPoint: String)
  case exists(_ path: String)

  /// The name of the question in a recording.
  public var name: String {
    switch self {
    case .contents(let path): path
    case .names(let directory): "names in \(directory)"
    case .bytesInUse(let path): "bytes in use on \(path)"
    case .exists(let path): "existence of \(path)"
    }
  }
}
