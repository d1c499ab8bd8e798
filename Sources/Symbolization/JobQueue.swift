// SPDX-License-Identifier: Apache-2.0

/// Jobs in the order they came, the urgent ones before all others.
struct JobQueue<Job> {
  private var urgent: [Job] = []
  private var incoming: [Job] = []
  /// The next one last: what is taken must not be kept, since jobs are large.
  private var outgoing: [Job] = []

  mutating func add(_ job: Job, isUrgent: Bool = false) {
    if isUrgent { urgent.append(job) } else { incoming.append(job) }
  }

  mutating func next() -> Job? {
    // Few ever wait.
    if !urgent.isEmpty { return urgent.removeFirst() }
    if outgoing.isEmpty {
      outgoing = incoming.reversed()
      incoming.removeAll()
    }
    return outgoing.popLast()
  }
}
