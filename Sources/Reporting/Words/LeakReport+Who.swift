// SPDX-License-Identifier: Apache-2.0
import TextLayout

extension LeakReport {
  /// Whose leak it is: `server (pid 31108)`, `server (pid 31108, ended 45 s ago)`.
  package var who: String {
    let name = truncate(printable(verdict.processName), to: 24)
    let pid = "pid \(verdict.process.raw)" + endedWords
    return name.isEmpty ? pid : "\(name) (\(pid))"
  }

  /// `, ended 45 s ago`; empty while the process lives.
  package var endedWords: String {
    endedAgo.map { ", ended \(formatDuration(nanoseconds: $0)) ago" } ?? ""
  }
}
