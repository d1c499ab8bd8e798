// SPDX-License-Identifier: Apache-2.0
import TextLayout

extension LeakReport {
  /// The process that leaks: `server (pid 31108)`, `server (pid 31108, exited 45 s ago)`.
  package var who: String {
    let name = truncate(printable(verdict.processName), to: 24)
    let pid = "pid \(verdict.process.raw)" + exitedWords
    return name.isEmpty ? pid : "\(name) (\(pid))"
  }

  /// `, exited 45 s ago`; empty while the process lives.
  package var exitedWords: String {
    endedAgo.map { ", exited \(formatDuration(nanoseconds: $0)) ago" } ?? ""
  }
}

/// `24 in processes that have exited`. `findings` is how they are called where the number alone does not say.
package func exitedPhrase(_ count: Int, of findings: String? = nil) -> String {
  "\(findings ?? String(count)) in \(count == 1 ? "a process that has" : "processes that have") exited"
}
