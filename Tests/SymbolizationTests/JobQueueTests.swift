// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("The order of jobs")
struct JobQueueTests {
  private func rest(of queue: inout JobQueue<String, Int>) -> [Int] {
    var jobs: [Int] = []
    while let job = queue.next() { jobs.append(job) }
    return jobs
  }

  @Test("the process heard of last goes first, and the jobs of each in the order they came")
  func latest() {
    var queue = JobQueue<String, Int>()
    for job in 1...2 { queue.add(job, of: "a") }
    for job in 11...12 { queue.add(job, of: "b") }
    queue.add(21, of: "c")
    queue.add(13, of: "b")
    #expect(rest(of: &queue) == [11, 12, 13, 21, 1, 2])
  }

  @Test("a process that is being served keeps its turn while it has jobs")
  func turn() {
    var queue = JobQueue<String, Int>()
    for job in 1...2 { queue.add(job, of: "a") }
    #expect(queue.next() == 1)
    queue.add(11, of: "b")
    queue.add(3, of: "a")
    #expect(rest(of: &queue) == [2, 3, 11])
  }

  @Test("urgent jobs go before all others, in their order")
  func urgent() {
    var queue = JobQueue<String, Int>()
    for job in 1...2 { queue.add(job, of: "a") }
    #expect(queue.next() == 1)
    queue.addUrgent(10)
    queue.addUrgent(11)
    #expect(rest(of: &queue) == [10, 11, 2])
  }
}
