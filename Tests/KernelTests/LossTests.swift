// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct LossTests {
    private static let smallRing = ["BPFLEAK_RING_BYTES": "65536"]

    @Test("records that a full ring could not take are counted, and the table is right again")
    func tableIsTakenAnew() async throws {
      for command in [
        ["many_maps", "--count", "4000", "--every", "0"],
        ["many_maps", "--count", "4000", "--release", "1"],
        ["map_churn", "--threads", "2", "--seconds", "1"],
      ] {
        let program = try StartedProcess(
          [try Programs.test(command[0])] + command.dropFirst() + ["--stopped", "--hold"])
        try await program.waitUntilStopped()
        let trace = try await Trace.start(pid: program.pid, environment: Self.smallRing)
        let before = try #require(KernelMaps.areas(of: Int(program.pid))).count
        // It reads nothing while the program fills the ring.
        trace.process.send(SIGSTOP)
        try await trace.process.waitUntilStopped()
        program.send(SIGCONT)
        try await program.waitUntilDone()
        trace.process.send(SIGCONT)
        let dump = try await trace.dump()
        try expectExact(dump, pid: Int(program.pid))
        let lines = try await trace.stop()
        let lost = lines.ofType("lost")
        let summary = try #require(lines.last)
        #expect(summary.type == "summary" && summary.number("lost") ?? 0 > 0, "\(command)")
        #expect(lost.compactMap { $0.number("count") }.reduce(0, +) == summary.number("lost"))
        #expect(lost.allSatisfy { $0.text("reason") == "ring-full" })
        let space = dump.mappings.first?.space ?? -1
        #expect(lost.contains { $0.numbers("spaces").contains(space) })
        let written = lines.ofType("mmap", "munmap").count
        #expect(before + written + (summary.number("lost") ?? 0) >= 4000, "\(command)")
      }
    }

    @Test("processes and threads whose end was lost are not shown as live")
    func lostEnds() async throws {
      let storm = try Programs.test("fork_storm")
      let script = """
        echo ready; read -r line; \(storm) --rate 400 --seconds 1 --exec-each 2
        echo quiet; kill -STOP $$; true
        """
      let trace = try await Trace.start(
        ["--", "bash", "--norc", "-c", script], environment: Self.smallRing)
      try await trace.process.waitUntil(complaining: "ready")
      trace.process.send(SIGSTOP)
      try await trace.process.waitUntilStopped()
      trace.process.closeInput()
      try await trace.process.waitUntil(complaining: "quiet")
      trace.process.send(SIGCONT)
      let dump = try await trace.dump()
      #expect(dump.pids == [try await trace.firstPID()])
      for pid in dump.pids { try expectExact(dump, pid: pid) }
      let lines = try await trace.stop()
      #expect(lines.last?.number("spaces") == 1 && lines.last?.number("lost") ?? 0 > 0)
    }

    @Test("a count that lost events took part in says so in its evidence or makes no verdict")
    func honestVerdict() async throws {
      let program = try StartedProcess([
        try Programs.test("stack_leak_clone"), "--count", "400", "--every", "5", "--stopped",
        "--hold",
      ])
      try await program.waitUntilStopped()
      let trace = try await Trace.start(pid: program.pid, environment: Self.smallRing)
      trace.process.send(SIGSTOP)
      try await trace.process.waitUntilStopped()
      program.send(SIGCONT)
      try await program.waitUntilDone()
      trace.process.send(SIGCONT)
      _ = try await trace.dump()
      let lines = try await trace.stop()
      #expect(lines.last?.number("lost") ?? 0 > 0)
      for leak in lines.ofType("leak") where leak.flag("final") == true {
        #expect(leak.texts("evidence").contains { $0.contains("lost") })
      }
    }
  }
}
