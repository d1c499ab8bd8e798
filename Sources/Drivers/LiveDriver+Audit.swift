// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import KernelTracer
import MappingEvents
import MappingLedger
import Pipeline
import Procfs

/// Comparing tables with the kernel's own, and correcting them.
extension LiveDriver {
  /// Mappings that each audit compares one by one although the total is right. Every table gets its turn, and
  /// an audit costs the same on a machine of any size.
  private static let mappingsPerTurn = 10_000

  /// Compares the size of every space, which is one number in the kernel. Compares all mappings of spaces
  /// whose size differs, of 32-bit spaces, and of some others in turn.
  func audit() {
    drain(upTo: tracer.position)
    guard let tasks = try? scopedTasks() else { return }
    let ledger = pipeline.ledger
    pipeline.take(.auditBegan)
    auditCount += 1
    let due = spacesDue(tasks)
    var checked = 0
    for (key, thread) in due {
      guard let space = ledger.space(of: key) else { continue }
      lastChecked[space.id] = auditCount
      checked += space.table.count
      // A range that events touched meanwhile stays in doubt: the kernel may have read its list before,
      // during or after each of them.
      join(key, through: thread, space.isSeeded ? .unsure : .unknown)
    }
    if lastChecked.count > 2 * ledger.spaces.count + 64 {
      let alive = Set(ledger.spaces.values.map(\.id))
      lastChecked = lastChecked.filter { alive.contains($0.key) }
    }
    pipeline.take(.auditEnded(checked: checked, spaces: due.count, at: Clock.now))
  }

  /// The spaces to compare mapping by mapping, each with a thread of it.
  private func spacesDue(_ tasks: [ListedTask]) -> [SpaceKey: ThreadID] {
    let ledger = pipeline.ledger
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
    return due
  }
}
