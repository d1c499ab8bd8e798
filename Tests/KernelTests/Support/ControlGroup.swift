// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A control group of this test run, with another one inside.
final class ControlGroup {
  let path: String
  var inner: String { "\(path)/inner" }
  private var members: [StartedProcess] = []

  /// Where version 2 is mounted and can be written, if anywhere.
  static let root: String? = {
    for line in (textOfFile("/proc/self/mounts") ?? "").split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 2, fields[2] == "cgroup2", access(String(fields[1]), W_OK) == 0 {
        return String(fields[1])
      }
    }
    return nil
  }()

  init() throws {
    guard let root = Self.root else { throw Unsupported.cgroupVersion2NotMounted }
    path = "\(root)/bpfleak-test-\(getpid())"
    guard mkdir(path, 0o755) == 0, mkdir(inner, 0o755) == 0 else {
      throw Unsupported.cgroupVersion2NotMounted
    }
  }

  /// Moves a process in, to `path` or `inner`.
  func admit(_ process: StartedProcess, to directory: String) throws {
    members.append(process)
    try "\(process.pid)".write(
      toFile: "\(directory)/cgroup.procs", atomically: false, encoding: .utf8)
  }

  /// Ends its members and removes it.
  func remove() {
    for member in members { member.end() }
    for member in members { while member.endingNow() == nil { usleep(1000) } }
    for directory in [inner, path] {
      // Busy for a moment after its last process.
      for _ in 0..<100 where rmdir(directory) != 0 && errno == EBUSY { usleep(10_000) }
    }
    members = []
  }

  deinit { remove() }
}
