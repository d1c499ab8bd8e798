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
