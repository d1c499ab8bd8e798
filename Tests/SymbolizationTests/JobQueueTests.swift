// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("The order of jobs")
struct JobQueueTests {
  @Test("the first job to come is done first, also when more jobs come meanwhile")
  func order() {
    var queue = JobQueue<Int>()
    for job in 1...3 { queue.add(job) }
    #expect(queue.next() == 1)
    queue.add(4)
    #expect([queue.next(), queue.next(), queue.next(), queue.next()] == [2, 3, 4, nil])
  }

  @Test("an urgent job goes before all others, after earlier urgent ones")
  func urgent() {
    var queue = JobQueue<Int>()
    for job in 1...3 { queue.add(job) }
    #expect(queue.next() == 1)
    queue.add(10, isUrgent: true)
    queue.add(4)
    queue.add(11, isUrgent: true)
    let rest = (0..<6).map { _ in queue.next() }
    #expect(rest == [10, 11, 2, 3, 4, nil])
  }
}
