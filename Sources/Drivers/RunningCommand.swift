// SPDX-License-Identifier: Apache-2.0
import Glibc
package import MappingEvents

/// A command that has begun. Knows whether it has ended, and how.
package struct RunningCommand {
  package let process: ProcessID
  /// As waitpid gave it.
  private var status: Int32?

  package init(_ process: ProcessID) { self.process = process }

  package mutating func hasEnded() -> Bool {
    if status != nil { return true }
    var status: Int32 = 0
    let answer = waitpid(pid_t(process.raw), &status, WNOHANG)
    if answer > 0 { self.status = status }
    return answer != 0
  }

  /// Waits for a command whose exit was seen. waitpid learns of it a moment later.
  package mutating func awaitEnd() {
    for _ in 0..<1000 where !hasEnded() { usleep(1000) }
  }

  /// One sentence if the command ended badly; nil if it succeeded or still runs.
  package var complaint: String? { status.flatMap(Self.complaint(on:)) }

  package static func complaint(on status: Int32) -> String? {
    let signal = status & 0x7f
    if signal != 0 {
      return "the command was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }
    let code = status >> 8 & 0xff
    return code == 0 ? nil : "the command ended with status \(code)"
  }
}
