// SPDX-License-Identifier: Apache-2.0

/// A line of /proc/PID/cgroup: `hierarchy:controllers:path`.
public struct ControlGroupLine: Equatable, Sendable {
  public let controllers: [String]
  /// From the hierarchy's root.
  public let path: String
  /// The one line that has the number 0 and no controllers.
  public let isVersion2: Bool

  public static func parse(cgroup: String) -> [ControlGroupLine] {
    cgroup.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      return ControlGroupLine(
        controllers: parts[1].split(separator: ",").map(String.init), path: String(parts[2]),
        isVersion2: parts[0] == "0" && parts[1].isEmpty)
    }
  }
}
