// SPDX-License-Identifier: Apache-2.0

/// Jobs by how soon they have to be done.
///
/// A stack copy can be unwound while its process lives, and opening a process costs more than unwinding.
/// So a process is served as long as it has jobs, and then the one that came into view last: where more
/// come than can be done, that one most likely still lives, and the oldest is gone.
struct JobQueue<Process: Hashable, Job> {
  private var urgent: [Job] = []
  private var waiting: [Process: [Job]] = [:]
  /// Processes with waiting jobs, the latest last.
  private var order: [Process] = []
  private var served: Process?
  private var last: [Job] = []

  /// Before all others, in the order they came.
  mutating func addUrgent(_ job: Job) { urgent.append(job) }

  /// In the turn of its process, in the order they came.
  mutating func add(_ job: Job, of process: Process) {
    if waiting[process] == nil { order.append(process) }
    waiting[process, default: []].append(job)
  }

  /// When nothing else waits, in the order they came.
  mutating func addLast(_ job: Job) { last.append(job) }

  mutating func next() -> Job? {
    // Few urgent jobs ever wait, and few last ones while there are no others.
    if !urgent.isEmpty { return urgent.removeFirst() }
    if let process = served ?? order.last, let job = takeFirst(of: process) { return job }
    if let process = order.last, let job = takeFirst(of: process) { return job }
    return last.isEmpty ? nil : last.removeFirst()
  }

  private mutating func takeFirst(of process: Process) -> Job? {
    guard var jobs = waiting.removeValue(forKey: process) else {
      served = nil
      return nil
    }
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
