// SPDX-License-Identifier: Apache-2.0

/// A cgroup of the caller that has a memory limit.
public struct CgroupMemory: Equatable, Sendable {
  /// Its directory as mounted here.
  public let path: String
  public let used: UInt64
  public let limit: UInt64

  public init(path: String, used: UInt64, limit: UInt64) {
    self.path = path
    self.used = used
    self.limit = limit
  }

  /// The files with the limit and the usage of one cgroup.
  public struct Files: Equatable, Sendable {
    public let path: String
    public let limit: String
    public let used: String
  }

  /// The caller's memory cgroup and all above it, innermost first. A limit on any of them applies.
  ///
  /// Takes the content of /proc/self/cgroup and /proc/self/mountinfo. Version 1 is used where it has the memory
  /// controller, because version 2 has no memory files then.
  public static func hierarchy(cgroup: String, mountinfo: String) -> [Files] {
    let mounts = MountedFileSystem.parse(mountinfo: mountinfo)
    let lines = ControlGroupLine.parse(cgroup: cgroup)
    if let path = lines.first(where: { $0.controllers.contains("memory") })?.path,
      let mount = mounts.last(where: { $0.type == "cgroup" && $0.options.contains("memory") })
    {
      return directories(mount, path).map {
        Files(
          path: $0, limit: $0 + "/memory.limit_in_bytes", used: $0 + "/memory.usage_in_bytes")
      }
    }
    if let path = lines.first(where: \.isVersion2)?.path,
      let mount = mounts.last(where: { $0.type == "cgroup2" })
    {
      return directories(mount, path).map {
        Files(path: $0, limit: $0 + "/memory.max", used: $0 + "/memory.current")
      }
    }
    return []
  }

  /// The limit in a file; `nil` for none (`max`, or the largest number in version 1).
  public static func limit(_ text: String) -> UInt64? {
    let number = text.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
    return number.flatMap { $0 < UInt64(Int64.max) & ~0xffff ? $0 : nil }
  }

  private static func directories(_ mount: MountedFileSystem, _ path: String) -> [String] {
    // In a container the mount may begin below the root. Then only that part is visible.
    let root = mount.root == "/" ? "" : mount.root
    let isVisible = path.hasPrefix(root + "/") && !path.hasPrefix("/..")
    var rest = isVisible ? path.dropFirst(root.count) : ""
    var directories: [String] = []
    while rest.last == "/" { rest.removeLast() }
    while !rest.isEmpty {
      directories.append(mount.mountPoint + rest)
      rest = rest[..<(rest.lastIndex(of: "/") ?? rest.startIndex)]
    }
    return directories + [mount.mountPoint]
  }
}
