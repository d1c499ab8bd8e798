// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import Testing

@testable import Reporting

@Suite struct LeakReportTests {
  private let now = TracedMachine.at(0)

  private func message(_ verdict: Verdict, at seconds: Double = 0) -> String {
    LeakReport(verdict, residentBytes: nil, at: TracedMachine.at(seconds)).message
  }

  @Test("a leak is told in one sentence, with its pace and its period")
  func leaking() {
    #expect(
      message(verdict(.leaking, count: 1412, rate: 6_291_456_000, period: 100_000_000))
        == "1,412 stacks of 10.0 MiB outlived their threads; nobody joined or detached the threads,"
        + " or unmapped the stacks; growing by 5.9 GiB a minute: 10.0 MiB every 100 ms.")
    #expect(
      message(verdict(.leaking, count: 2, rate: 10_485_760))
        == "2 stacks of 10.0 MiB outlived their threads; nobody joined or detached the threads, or"
        + " unmapped the stacks; growing by 10.0 MiB a minute.")
  }

  @Test("one stack is told in the singular and has no pace")
  func one() {
    #expect(
      message(verdict(.leaking, count: 1, rate: 1e6))
        == "1 stack of 10.0 MiB outlived its thread; nobody joined or detached the thread, or"
        + " unmapped the stack.")
    #expect(
      message(verdict(.suspect, count: 1))
        == "1 stack of 10.0 MiB has no thread any more and is not used again, which is not yet"
        + " shown to be a loss.")
  }

  @Test("a leak that nothing was added to for long is told in the past")
  func over() {
    let leak = verdict(.leaking, count: 30, rate: 6_291_456_000, period: 100_000_000)
    #expect(message(leak, at: 1).hasSuffix("; growing by 5.9 GiB a minute: 10.0 MiB every 100 ms."))
    #expect(
      message(leak, at: 90).hasSuffix(
        "; it grew by 5.9 GiB a minute: 10.0 MiB every 100 ms, until 90 s ago."))
  }

  @Test("a suspicion does not claim a loss, and a withdrawal takes it back")
  func others() {
    #expect(
      message(verdict(.suspect, count: 3))
        == "3 stacks of 10.0 MiB have no thread any more and are not used again, which is not yet"
        + " shown to be a loss.")
    #expect(
      message(verdict(.withdrawn, count: 0))
        == "The 10.0 MiB stacks blamed before are not lost: such stacks were used again or given"
        + " back.")
  }

  @Test(
    "memory of other kinds has a sentence too",
    arguments: [.anonymous, .file, .heap, .sharedMemory] as [Verdict.Kind])
  func kinds(kind: Verdict.Kind) {
    #expect(
      message(verdict(.leaking, count: 2, kind: kind))
        == "2 \(kind.rawValue) mappings of one origin, 20.0 MiB in all, were not given back.")
    #expect(
      message(verdict(.leaking, count: 1, kind: kind))
        == "1 \(kind.rawValue) mapping of one origin, 10.0 MiB in all, was not given back.")
  }

  @Test("the resident share is evidence when it is known, and no growth when it is large")
  func resident() {
    let leak = verdict(.leaking, count: 10)
    #expect(LeakReport(leak, residentBytes: nil, at: now).evidence.isEmpty)
    #expect(
      LeakReport(leak, residentBytes: 1 << 20, at: now).evidence == [
        "1.0 MiB of the 100.0 MiB is resident (1.0%): virtual size grows, resident size hardly"
          + " does."
      ])
    #expect(
      LeakReport(leak, residentBytes: 90 << 20, at: now).evidence == [
        "90.0 MiB of the 100.0 MiB is resident (90.0%)."
      ])
    #expect(
      LeakReport(verdict(.withdrawn, count: 0), residentBytes: 0, at: now).evidence.isEmpty)
  }

  @Test("a rate that no machine has is told without a trap")
  func hostileRate() {
    #expect(message(verdict(.leaking, count: 2, rate: 1e18)).contains("888.2 PiB a minute"))
  }
}
