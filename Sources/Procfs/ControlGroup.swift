// SPDX-License-Identifier: Apache-2.0
import Glibc
public import MappingEvents
import Meminfo

/// Control groups of version 2.
public enum ControlGroup {
  public enum Obstacle: Error, Equatable {
    case noSuchGroup(path: String, errno: Int32)
    /// `root` is where version 2 is mounted; nil when it is nowhere.
    case otherVersion(path: String, root: String?)
  }

  /// The directory of a group from how people name it: by its path, or by what /proc/PID/cgroup says,
  /// which begins at the hierarchy's root.
  public static func directory(named given: String) throws(Obstacle) -> String {
    let root = root
    var path = given
    if !isReadable(path), given.hasPrefix("/"), let root, isReadable(root + given) {
      path = root + given
    }
    guard isReadable(path) else { throw .noSuchGroup(path: given, errno: errno) }
    guard FileDescriptor.open(path)?.isInCgroup2 == true else {
      throw .otherVersion(path: given, root: root)
    }
    return path
  }

  private static func isReadable(_ path: String) -> Bool {
    access("\(path)/cgroup.procs", R_OK) == 0
  }

  private static var root: String? {
    MountedFileSystem.parse(mountinfo: FileDescriptor.text(of: "/proc/self/mountinfo") ?? "")
      .first { $0.type == "cgroup2" }?.mountPoint
  }
}

/// The processes in the control group with that path, and in the groups below it.
public func processes(inCgroup path: String) -> [ProcessID] {
  var found = ProcText.processes(cgroupProcs: FileDescriptor.text(of: "\(path)/cgroup.procs") ?? "")
  for name in (try? entryNames(in: path, type: Int(DT_DIR))) ?? [] {
    found += processes(inCgroup: "\(path)/\(name)")
  }
  return found
}
