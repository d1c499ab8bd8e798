// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer

/// The directory of a control group of version 2, from how people name it: by its path, or by what
/// /proc/PID/cgroup says, which begins at the hierarchy's root.
func controlGroupDirectory(_ given: String) throws(Failure) -> String {
  let root = cgroup2Root()
  var path = given
  if !isControlGroup(path), given.hasPrefix("/"), let root, isControlGroup(root + given) {
    path = root + given
  }
  guard isControlGroup(path) else { throw .noSuchCgroup(path: given, code: errno) }
  guard FileDescriptor.open(path)?.isInCgroup2 == true else {
    throw .cgroupOfOtherVersion(path: given, root: root)
  }
  return path
}

private func isControlGroup(_ path: String) -> Bool { access("\(path)/cgroup.procs", R_OK) == 0 }

/// Where version 2 is mounted; nil when it is nowhere.
private func cgroup2Root() -> String? {
  for line in (FileDescriptor.text(of: "/proc/self/mounts") ?? "").split(separator: "\n") {
    let fields = line.split(separator: " ")
    if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
  }
  return nil
}
