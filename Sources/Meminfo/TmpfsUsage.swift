// SPDX-License-Identifier: Apache-2.0

/// A file system in memory, and the size of its files.
public struct TmpfsUsage: Equatable, Sendable {
  public let mountPoint: String
  public let bytes: UInt64

  public init(mountPoint: String, bytes: UInt64) {
    self.mountPoint = mountPoint
    self.bytes = bytes
  }

  /// Mount points of tmpfs from /proc/self/mountinfo, one for each device.
  ///
  /// A bind mount shows the same memory twice. Of two mounts on one path only the last is visible.
  public static func mountPoints(mountinfo: String) -> [String] {
    var deviceOfPath: [String: String] = [:]
    var order: [String] = []
    for mount in MountedFileSystem.parse(mountinfo: mountinfo) {
      if deviceOfPath[mount.mountPoint] == nil { order.append(mount.mountPoint) }
      let isMemory = mount.type == "tmpfs" || mount.type == "devtmpfs"
      deviceOfPath[mount.mountPoint] = isMemory ? mount.device : ""
    }
    var seen: Set<String> = [""]
    return order.filter { seen.insert(deviceOfPath[$0] ?? "").inserted }
  }

  /// Bytes resident in System V shared memory: the `rss` column of /proc/sysvipc/shm.
  public static func systemVShared(sysvipc: String) -> UInt64 {
    sysvipc.split(separator: "\n").dropFirst().reduce(0) { sum, line in
      let words = line.split(separator: " ")
      return words.count >= 16 ? sum &+ (UInt64(words[14]) ?? 0) : sum
    }
  }
}

/// A line of /proc/self/mountinfo.
struct MountedFileSystem {
  let device: String
  /// The directory inside the file system that is mounted.
  let root: String
  let mountPoint: String
  let type: String
  /// Options of the file system, not of the mount. For cgroup v1 they name the controllers.
  let options: [Substring]

  static func parse(mountinfo: String) -> [MountedFileSystem] {
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
