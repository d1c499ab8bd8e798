// SPDX-License-Identifier: Apache-2.0

/// A line of /proc/self/mountinfo.
public struct MountedFileSystem: Equatable, Sendable {
  public let device: String
  /// The directory inside the file system that is mounted.
  public let root: String
  public let mountPoint: String
  public let type: String
  /// Options of the file system, not of the mount: for cgroup v1 they name the controllers.
  public let options: [Substring]

  public static func parse(mountinfo: String) -> [MountedFileSystem] {
    mountinfo.split(separator: "\n").compactMap { line in
      // id parent major:minor root mountpoint options [optional...] - type source superoptions
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash >= 6, dash + 3 < words.count else {
        return nil
      }
      return MountedFileSystem(
        device: String(words[2]), root: unescaped(words[3]), mountPoint: unescaped(words[4]),
        type: String(words[dash + 1]), options: words[dash + 3].split(separator: ","))
    }
  }

  /// The kernel writes space, tab, newline and backslash as `\040` and so on.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), let code = UInt8(String(rest.prefix(3)) ?? "", radix: 8) {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
