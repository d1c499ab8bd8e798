// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import KernelTracer
import MappingEvents
import MappingLedger
import Procfs

/// Tables held against the kernel's own, and mended.
extension TraceSession {
  /// Mappings compared one by one in each audit though their sum is right: so every table has its
  /// turn, and an audit costs the same on a machine of any size.
  private static let mappingsPerTurn = 10_000

  /// Compares the size of every space, which is one number in the kernel, and all mappings of those
  /// that differ, of 32-bit ones, and of some others in turn.
  func audit() {
    drain(upTo: tracer.position)
    guard let tasks = try? scopedTasks() else { return }
    recorder?.append(.auditBegan)
    var due: [SpaceKey: ThreadID] = [:]
    var others: [(space: Space, thread: ThreadID)] = []
    let leadersFirst = tasks.sorted {
      $0.thread.raw == $0.process.raw && $1.thread.raw != $1.process.raw
    }
    var seen: Set<SpaceKey> = []
    for task in leadersFirst where seen.insert(task.space).inserted {
      guard let space = ledger.space(of: task.space) else { continue }
      if space.virtualBytes != task.totals.totalPages * ledger.machine.pageBytes || space.isCompat {
        due[task.space] = task.thread
      } else {
        others.append((space, task.thread))
      }
    }
    others.sort { a, b in
      (lastChecked[a.space.id] ?? 0, a.space.id) < (lastChecked[b.space.id] ?? 0, b.space.id)
    }
    var budget = Self.mappingsPerTurn
    for (space, thread) in others where budget > 0 {
      due[space.key] = thread
      budget -= space.table.count
    }
    auditCount += 1
    var checked = 0
    var drift: [Drift] = []
    for (key, thread) in due {
      guard let space = ledger.space(of: key) else { continue }
      lastChecked[space.id] = auditCount
      checked += space.table.count
      drift += check(key, through: thread)
    }
    if lastChecked.count > 2 * ledger.spaces.count + 64 {
      let alive = Set(ledger.spaces.values.map(\.id))
      lastChecked = lastChecked.filter { alive.contains($0.key) }
    }
    let now = Clock.now
    recorder?.append(.auditEnded(checked: checked, spaces: due.count, at: now))
    take(drift, checked: checked, spaces: due.count, at: now)
  }

  /// What an audit found.
  func take(_ drift: [Drift], checked: Int, spaces: Int, at now: KernelInstant) {
    coverage.drift += UInt64(drift.count { $0.cause != .stackGrowth })
    if settings.form == .ndjson, settings.wants("audit") {
      lines.writeAudit(checked: checked, drift: drift, spaces: spaces, at: now)
    }
  }

  /// Compares and mends one space. Where events went on meanwhile nothing is concluded: the kernel
  /// read its list before, during or after each of them.
  func check(_ key: SpaceKey, through thread: ThreadID) -> [Drift] {
    let reason: SnapshotReason = ledger.space(of: key)?.isSeeded == true ? .unsure : .unknown
    return join(key, through: thread, reason) ?? []
  }
}
