// SPDX-License-Identifier: Apache-2.0

/// A file system that lives in memory, and what its files take.
public struct TmpfsUsage: Equatable, Sendable {
  public let mountPoint: String
  public let bytes: UInt64

  public init(mountPoint: String, bytes: UInt64) {
    self.mountPoint = mountPoint
    self.bytes = bytes
  }

  /// Where each tmpfs can be reached, from /proc/self/mountinfo: one path for each device.
  ///
  /// A bind mount is the same memory twice, and of two mounts on one path only the last is seen.
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
