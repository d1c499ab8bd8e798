// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import Symbolization
import TestKit
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
        == "1,412 stacks of 10.0 MiB outlived their threads: nobody joined or detached the threads or"
        + " unmapped the stacks; growing by 5.9 GiB per minute, 10.0 MiB every 100 ms.")
    #expect(
      message(verdict(.leaking, count: 2, rate: 10_485_760))
        == "2 stacks of 10.0 MiB outlived their threads: nobody joined or detached the threads or"
        + " unmapped the stacks; growing by 10.0 MiB per minute.")
  }

  @Test("stacks of processes made by raw clone are not blamed on a missing join")
  func rawClone() {
    var leak = verdict(.leaking, count: 2, rate: 10_485_760)
    leak.evidence = [
      .ranThread(
        example: ThreadID(7), range: Verdict.BlamedRange(start: 0, end: 4096), creator: nil,
        at: now, isOwnProcess: true)
    ]
    #expect(
      message(leak)
        == "2 stacks of 10.0 MiB outlived their threads: nobody unmapped the stacks; growing by 10.0 MiB"
        + " per minute.")
  }

  @Test("one stack is told in the singular and has no pace")
  func one() {
    #expect(
      message(verdict(.leaking, count: 1, rate: 1e6))
        == "1 stack of 10.0 MiB outlived its thread: nobody joined or detached the thread or unmapped the"
        + " stack.")
    #expect(
      message(verdict(.suspect, count: 1))
        == "1 stack of 10.0 MiB has no thread any more and is not reused (not proven to be a leak yet)."
    )
  }

  @Test("a leak that stopped growing long ago is told in the past")
  func over() {
    let leak = verdict(.leaking, count: 30, rate: 6_291_456_000, period: 100_000_000)
    #expect(
      message(leak, at: 1).hasSuffix("; growing by 5.9 GiB per minute, 10.0 MiB every 100 ms."))
    #expect(
      message(leak, at: 90).hasSuffix(
        "; it grew by 5.9 GiB per minute, 10.0 MiB every 100 ms, until 90 s ago."))
  }

  @Test("growth in bursts is not told as over between two bursts")
  func bursts() {
    var leak = verdict(.leaking, count: 60, rate: 6_291_456_000)
    leak.first = TracedMachine.at(0)
    leak.last = TracedMachine.at(27)
    #expect(message(leak, at: 29.9).hasSuffix("; growing by 5.9 GiB per minute."))
    #expect(message(leak, at: 35).hasSuffix("until 8 s ago."))
  }

  @Test("a report says how long ago the process exited")
  func ended() {
    var leak = verdict(.leaking, count: 30)
    #expect(LeakReport(leak, residentBytes: nil, at: TracedMachine.at(1)).endedAgo == nil)
    leak.endedAt = TracedMachine.at(5)
    let report = LeakReport(leak, residentBytes: nil, at: TracedMachine.at(50))
    #expect(report.endedAgo == 45_000_000_000)
  }

  @Test("a suspicion does not claim a loss, and a withdrawal takes it back")
  func others() {
    #expect(
      message(verdict(.suspect, count: 3))
        == "3 stacks of 10.0 MiB have no thread any more and are not reused (not proven to be a leak yet)."
    )
    #expect(
      message(verdict(.withdrawn, count: 0))
        == "The 10.0 MiB stacks blamed earlier are no leak: stacks like these were reused or unmapped."
    )
  }

  @Test("running threads are told apart from stacks without a thread")
  func running() {
    func message(_ standing: Verdict.Standing, _ count: Int) -> String {
      var leak = verdict(standing, count: count)
      leak.subject.isRunOn = true
      leak.eachBytes = 8 << 20
      return self.message(leak)
    }
    #expect(message(.leaking, 80) == "80 threads never exited and keep their stacks of 8.0 MiB.")
    #expect(
      message(.suspect, 1)
        == "1 thread has not exited so far and keeps its stack of 8.0 MiB (not proven to be a leak yet)."
    )
    #expect(
      message(.withdrawn, 0)
        == "The threads blamed earlier are no leak: they exited, or no new ones were created.")
  }

  @Test(
    "memory of other kinds has a sentence for each standing",
    arguments: [
      (.anonymous, .leaking, "2 mappings (20.0 MiB in total) were never unmapped."),
      (
        .file, .suspect,
        "2 file mappings (20.0 MiB in total) were not unmapped so far (not proven to be a leak yet)."
      ),
      (
        .sharedMemory, .leaking,
        "2 shared memory mappings (20.0 MiB in total) were never unmapped."
      ),
      (.heap, .leaking, "The heap grew by 20.0 MiB, and does not shrink."),
      (
        .heap, .withdrawn,
        "The heap blamed earlier is no leak: it shrank, or stopped growing."
      ),
      (
        .anonymous, .withdrawn,
        "The mappings blamed earlier are no leak: they were unmapped, or no new ones came."
      ),
    ] as [(MappingKind, Verdict.Standing, String)])
  func kinds(kind: MappingKind, standing: Verdict.Standing, text: String) {
    #expect(message(verdict(standing, count: 2, kind: kind)) == text)
  }

  @Test("the culprit is named with its line, else with its module")
  func culprit() {
    var leak = verdict(
      .leaking, count: 412, rate: 10_485_760, period: 5_000_000_000, kind: .anonymous)
    leak.eachBytes = 1 << 20
    let frame = StackFrame(
      address: 1, function: "load_table", module: "/usr/bin/server", file: "/src/table.c", line: 12)
    #expect(
      LeakReport(leak, residentBytes: nil, callPath: CallPath(frames: [frame]), at: now).message
        == "412 mappings of 1.0 MiB made by load_table (table.c:12) were never unmapped; growing by"
        + " 10.0 MiB per minute, 1.0 MiB every 5 s.")
    let bare = StackFrame(address: 1, module: "/usr/bin/server")
    #expect(
      LeakReport(
        verdict(.leaking, count: 3), residentBytes: nil, callPath: CallPath(frames: [bare]),
        at: now
      ).message.hasPrefix(
        "3 stacks of 10.0 MiB outlived their threads, created by code in server: ")
    )
  }

  @Test("a limit that is near is the last fact")
  func limit() {
    let limit = MemoryLimit(
      name: "vm.max_map_count", used: 60_000, most: 65_530, secondsLeft: 600, isCount: true)
    let report = LeakReport(
      verdict(.leaking, count: 3), residentBytes: nil, limit: limit, at: now)
    #expect(
      report.evidence == [
        "60,000 of the 65,530 that vm.max_map_count allows are in use. At this rate, the limit is reached"
          + " in 10m. Mapping memory fails then."
      ])
  }

  @Test("the resident share is evidence when it is known, and no growth when it is large")
  func resident() {
    let leak = verdict(.leaking, count: 10)
    #expect(LeakReport(leak, residentBytes: nil, at: now).evidence.isEmpty)
    #expect(
      LeakReport(leak, residentBytes: 1 << 20, at: now).evidence == [
        "1.0 MiB of the 100.0 MiB is resident (1.0%). Virtual size grows; resident size barely does."
      ])
    #expect(
      LeakReport(leak, residentBytes: 90 << 20, at: now).evidence == [
        "90.0 MiB of the 100.0 MiB is resident (90.0%)."
      ])
    #expect(
      LeakReport(verdict(.withdrawn, count: 0), residentBytes: 0, at: now).evidence.isEmpty)
  }

  @Test("an impossible rate does not trap")
  func hostileRate() {
    #expect(message(verdict(.leaking, count: 2, rate: 1e18)).contains("888.2 PiB per minute"))
  }
}
