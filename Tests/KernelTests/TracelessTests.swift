// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct TracelessTests {
    @Test("SIGKILL leaves no program, map, link or mount behind")
    func killed() async throws {
      let mounts = try #require(textOfFile("/proc/self/mountinfo"))
      let before = BPFInventory.unheld()
      let trace = try await Trace.start("--events", "summary,start")
      let held = BPFInventory.held(by: trace.process.pid)
      for kind in BPFInventory.Kind.allCases {
        #expect(held.contains { $0.kind == kind }, "holds a \(kind)")
      }
      #expect(held.isSubset(of: BPFInventory.all()))
      #expect(textOfFile("/proc/self/mountinfo") == mounts)
      trace.process.send(SIGKILL)
      #expect(try await trace.process.finish().ending == .killed(by: SIGKILL))
      try await BPFInventory.expectNothingNew(since: before)
      #expect(BPFInventory.all().isDisjoint(with: held))
      #expect(textOfFile("/proc/self/mountinfo") == mounts)
    }

    @Test("an ordinary end leaves nothing behind either")
    func ended() async throws {
      let mounts = try #require(textOfFile("/proc/self/mountinfo"))
      let before = BPFInventory.unheld()
      let trace = try await Trace.start("--events", "summary,start")
      let held = BPFInventory.held(by: trace.process.pid)
      trace.process.send(SIGTERM)
      #expect(try await trace.process.finish().ending == .exited(0))
      try await BPFInventory.expectNothingNew(since: before)
      #expect(BPFInventory.all().isDisjoint(with: held) && !held.isEmpty)
      #expect(textOfFile("/proc/self/mountinfo") == mounts)
    }

    @Test(
      "tracing works where no tracefs is mounted, and mounts none", .needs(.program("unshare")))
    func withoutTracefs() async throws {
      let program = try Programs.test("threads_joined")
      let process = try StartedProcess(
        [
          "unshare", "--mount", "bash", "-c",
          """
          for place in /sys/kernel/debug/tracing /sys/kernel/tracing; do
            while umount $place 2>/dev/null; do :; done
          done
          cat /proc/self/mountinfo >&2; echo mounts >&2
          exec $BPFLEAK --ndjson -- \(program) --count 3 --every 5 --hold
          """,
        ], environment: ["BPFLEAK": try Programs.bpfleak()])
      try await process.waitUntil(complaining: "done\n")
      let mounts = process.errors.text.components(separatedBy: "mounts\n")[0]
      #expect(mounts.contains(" /proc ") && !mounts.contains("tracefs"))
      #expect(textOfFile("/proc/\(process.pid)/mountinfo") == mounts)
      process.closeInput()
      #expect(try await process.finish().ending == .exited(0))
      let lines = try TraceLine.all(process.output.bytes())
      #expect(lines.ofType("clone").count == 3 && lines.ofType("mmap").count > 5)
    }

    @Test(
      "in a pid namespace processes have the ids of that namespace", .needs(.program("unshare")))
    func pidNamespace() async throws {
      let program = try Programs.test("threads_joined")
      let run = try await shell(
        """
        exec unshare --pid --fork --kill-child --mount-proc bash -c '
          $BPFLEAK --ndjson -- \(program) --count 3 --every 5
          \(program) --count 0 --every 50 >/dev/null & neighbor=$!
          echo neighbor $neighbor >&2
          $BPFLEAK --ndjson --duration 2s --pid $neighbor
          $BPFLEAK --ndjson --duration 2s
          kill $neighbor'
        """)
      let lines = try TraceLine.all(Array(run.output.utf8))
      let runs = lines.split { $0.type == "summary" }
      #expect(runs.count == 3, "\(run.errors)")
      let said = try #require(
        run.errorLines.first { $0.hasPrefix("pid ") }.flatMap { Int($0.dropFirst(4)) })
      let neighbor = try #require(
        run.errorLines.first { $0.hasPrefix("neighbor ") }.flatMap { Int($0.dropFirst(9)) })
      for (number, run) in runs.enumerated() {
        let events = Array(run).filter { $0.type != "start" }
        #expect(events.contains { $0.type == "clone" }, "run \(number)")
        // The namespace is new: its ids are small, and those of the machine are not.
        #expect(events.allSatisfy { $0.pid > 0 && $0.pid < 999 && $0.tid < 999 }, "run \(number)")
        let children = Array(run).ofType("clone").compactMap { $0.number("child_tid") }
        #expect(children.allSatisfy { $0 > 0 && $0 < 999 }, "run \(number)")
      }
      #expect(Set(Array(runs[0]).ofType("exec").map(\.pid)) == [said])
      #expect(Set(Array(runs[1]).ofType("clone").map(\.pid)) == [neighbor])
      #expect(Array(runs[2]).ofType("clone").map(\.pid).contains(neighbor))
      let mine = Set(Array(runs[2]).ofType("process").map(\.pid))
      #expect(mine.contains(1) && mine.count < 20)
    }
  }
}
