// SPDX-License-Identifier: Apache-2.0

/// Jobs by how soon they have to be done.
///
/// A stack copy can be unwound while its process lives, and opening a process costs more than unwinding.
/// So a process is served as long as it has jobs, and then the one that was heard of last: where more jobs
/// come than can be done, that one most likely still lives, and the oldest is gone. The jobs of one process
/// stay in their order, because the kernel gives the key of an ended address space to the next one.
struct JobQueue<Process: Hashable, Job> {
  private var urgent: [Job] = []
  private var waiting: [Process: [Job]] = [:]
  /// Processes with waiting jobs; the one heard of last stands last.
  private var order: [Process] = []
  private var served: Process?

  /// Before all others, in the order they came.
  mutating func addUrgent(_ job: Job) { urgent.append(job) }

  /// In the turn of its process, in the order they came.
  mutating func add(_ job: Job, of process: Process) {
    if order.last != process {
      if waiting[process] != nil, let place = order.lastIndex(of: process) {
        order.remove(at: place)
      }
      order.append(process)
    }
    waiting[process, default: []].append(job)
  }

  mutating func next() -> Job? {
    // Few urgent jobs ever wait.
    if !urgent.isEmpty { return urgent.removeFirst() }
    return (served ?? order.last).flatMap { takeFirst(of: $0) }
  }

  private mutating func takeFirst(of process: Process) -> Job? {
    guard var jobs = waiting.removeValue(forKey: process) else { return nil }
    let job = jobs.removeFirst()
    if jobs.isEmpty {
      if let place = order.lastIndex(of: process) { order.remove(at: place) }
      served = nil
    } else {
      waiting[process] = jobs
      served = process
    }
    return job
  }
}
