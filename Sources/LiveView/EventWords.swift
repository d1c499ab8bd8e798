// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
import Reporting
import TextLayout

/// What an event did, in words; nil when it did nothing. `path` is the mapped file, when known.
public func eventWords(_ event: MappingEvent, _ change: LedgerChange, path: String?) -> String? {
  switch (event.fact, change.effect) {
  case (.mapped(let call), .mapped(let range, let replaced)):
    let what = path ?? call.flags.names.dropFirst().joined(separator: " ")
    return "mapped \(formatBytes(range.length)) at \(hex(range.start)) "
      + "\(call.protection.word(isShared: call.flags.isShared)) \(what)"
      + (replaced > 0 ? ", replacing \(formatBytes(replaced))" : "")
  case (_, .unmapped(let range, let freed)):
    return "unmapped \(formatBytes(freed)) at \(hex(range.start))"
  case (_, .restored(let bytes)): return "munmap failed: \(formatBytes(bytes)) still mapped"
  case (_, .moved(let from, let to)):
    return "moved \(formatBytes(from.length)) from \(hex(from.start)) to "
      + "\(formatBytes(to.length)) at \(hex(to.start))"
  case (_, .protected(let range, let protection)):
    let isGuard = protection.isEmpty ? " (a guard)" : ""
    return "protected \(formatBytes(range.length)) at \(hex(range.start)) "
      + "\(protection.word)\(isGuard)"
  case (_, .breakMoved(_, let delta)): return "heap \(formatSignedBytes(delta))"
  case (_, .attached(let range)):
    return "attached \(formatBytes(range.length)) of shared memory at \(hex(range.start))"
  case (_, .detached(let range, _)):
    return "detached \(formatBytes(range.length)) of shared memory at \(hex(range.start))"
  case (.taskCreated(let call), .taskCreated(let stack, let process)):
    let kind =
      process == nil ? "thread \(call.childThread.raw)" : "process \(call.childProcess.raw)"
    return "created \(kind)" + (stack.map { " on the stack at \(hex($0))" } ?? "")
  case (_, .execed): return "executed another program (exec)"
  case (_, .exited(_, let last)): return last ? "exited, the last thread" : "exited"
  case (_, .mapped), (_, .taskCreated), (_, .none), (_, .spaceEnded), (_, .renamed), (_, .unsure):
    return nil
  }
}
