// SPDX-License-Identifier: Apache-2.0

/// Jobs in the order in which they came, urgent ones before all others.
struct JobQueue<Job> {
  private var urgent: [Job] = []
  private var incoming: [Job] = []
  /// The next job is the last one here: a job that is taken must leave the array, since jobs are large.
  private var outgoing: [Job] = []

  mutating func add(_ job: Job, isUrgent: Bool = false) {
    if isUrgent { urgent.append(job) } else { incoming.append(job) }
  }

  mutating func next() -> Job? {
    // Few urgent jobs ever wait.
    if !urgent.isEmpty { return urgent.removeFirst() }
    if outgoing.isEmpty {
      outgoing = incoming.reversed()
      incoming.removeAll()
    }
    return outgoing.popLast()
  }
}
