// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct VerdictTests {
    static let pthreadStack = (10 << 20) + 4096

    @Test("stacks that nobody gives back are a leak with its exact count, bytes, rate and period")
    func leaking() async throws {
      let cases = [
        ("stack_leak_clone", 40 << 10, ["--count", "45", "--every", "100"]),
        ("stack_leak_pthread", Self.pthreadStack, ["--count", "45", "--every", "100"]),
      ]
      var traces: [Trace] = []
      for (name, _, arguments) in cases {
        traces.append(try await Trace.start(["--", try Programs.test(name)] + arguments))
      }
      for (trace, (name, bytes, _)) in zip(traces, cases) {
        let lines = try await trace.linesAtEnd()
        let stacks = lines.ofType("mmap").filter { $0.texts("flags").contains("stack") }
        #expect(stacks.count == 45, "\(name)")
        let exec = try #require(lines.ofType("exec").first)
        let leaks = lines.ofType("leak").filter { $0.flag("final") == true }
        #expect(leaks.count == 1, "\(name)")
        let leak = try #require(leaks.first)
        #expect(leak.text("verdict") == "leaking" && leak.text("kind") == "thread-stack")
        #expect(leak.number("count") == 45)
        #expect(leak.number("bytes") == 45 * bytes)
        #expect(leak.pid == exec.pid && leak.space == exec.space, "\(name)")
        #expect(leak.text("comm") == String(name.prefix(15)))
        expectPace(leak, of: stacks, bytes: bytes)
        expectEvidence(leak, after: lines)
        #expect(lines.last?.number("leaks") == 1)
        // Said when it was reached, and not only at the end.
        let earlier = lines.ofType("leak").filter { $0.flag("final") == false }
        #expect(earlier.contains { $0.text("verdict") == "leaking" }, "\(name)")
        #expect(earlier.allSatisfy { $0.text("verdict") != "withdrawn" })
      }
    }

    /// Against the calls of the trace itself: the program is as late as the machine makes it.
    private func expectPace(_ leak: TraceLine, of stacks: [TraceLine], bytes: Int) {
      let moments = stacks.compactMap { $0.number("ts_ns") }
      guard let first = moments.first, let last = moments.last, last > first else { return }
      #expect(leak.number("first_ns") == first && leak.number("last_ns") == last)
      let gaps = zip(moments.dropFirst(), moments).map { $0 - $1 }.sorted()
      let usual = gaps[gaps.count / 2]
      let deviations = gaps.map { abs($0 - usual) }.sorted()
      #expect(usual >= 100_000_000)
      if let period = leak.number("period_ns") {
        #expect(abs(period - usual) <= usual / 5)
      } else {
        // A machine that is busy with other things may leave nothing regular to see.
        #expect(deviations[deviations.count / 2] > usual / 20)
      }
      let pace = Double(bytes * gaps.count) / Double(last - first) * 60e9
      let rate = Double(leak.number("rate_bytes_per_min") ?? 0)
      #expect(abs(rate - pace) <= pace / 5)
    }

    private func expectEvidence(_ leak: TraceLine, after lines: [TraceLine]) {
      let facts = leak.texts("evidence").map { $0.lowercased() }
      var order = ["thread stacks of", "belonged to", "exited", "still mapped", "sat unused"]
      if leak.number("period_ns") != nil { order.append("every") }
      let places = order.map { word in facts.firstIndex { $0.contains(word) } ?? -1 }
      #expect(places == places.sorted() && !places.contains(-1), "\(facts)")
      let message = leak.text("message") ?? ""
      #expect(message.hasPrefix("45 stacks of ") && message.contains("outlived their threads"))
      // The latest stack is the example.
      guard let last = lines.ofType("clone").last, let child = last.number("child_tid") else {
        return
      }
      #expect(facts[1].contains("\(child), created by thread \(last.tid)"), "\(facts)")
    }

    @Test("a leak that began before the trace is found in a running process too")
    func attached() async throws {
      let program = try StartedProcess([
        try Programs.test("stack_leak_clone"), "--count", "0", "--every", "50",
      ])
      try await program.waitUntil(printing: "pid")
      try await Task.sleep(for: .milliseconds(500))
      let trace = try await Trace.start(pid: program.pid)
      try await trace.process.wait("a verdict") {
        trace.process.output.contains("\"verdict\":\"leaking\"")
      }
      let lines = try await trace.stop()
      let leak = try #require(lines.ofType("leak").last)
      #expect(leak.flag("final") == true && leak.text("verdict") == "leaking")
      #expect(leak.pid == Int(program.pid) && leak.text("comm") == "stack_leak_clon")
      let seen = lines.ofType("mmap").count { $0.number("len") == 40 << 10 }
      #expect((leak.number("count") ?? 0) >= seen - 1 && seen >= 20)
      let resident = try #require(leak.number("resident_bytes"))
      #expect(resident > 0 && resident < leak.number("bytes") ?? 0)
    }

    @Test("programs that join, detach, pool or reuse their stacks leak nothing")
    func notLeaking() async throws {
      let commands = [
        ["threads_joined", "--count", "60", "--every", "60"],
        ["threads_detached", "--count", "60", "--every", "60"],
        ["thread_pool", "--count", "12"],
        ["stack_pool_clone", "--count", "70"],
        ["stack_attr_setstack", "--count", "70"],
        ["threads_batch_join", "--count", "3", "--batch", "12", "--every", "60"],
      ]
      var runs: [StartedProcess] = []
      for command in commands {
        let start = [try Programs.bpfleak(), "--ndjson", "--fail-on-leak", "--"]
        runs.append(
          try StartedProcess(start + [try Programs.test(command[0])] + command.dropFirst()))
      }
      for (run, command) in zip(runs, commands) {
        let finished = try await run.finish()
        #expect(finished.ending == .exited(0), "\(command)")
        let lines = try TraceLine.all(run.output.bytes())
        #expect(lines.ofType("clone").count >= 36, "\(command)")
        let verdicts = lines.ofType("leak").map { $0.text("verdict") }
        #expect(!verdicts.contains("leaking"), "\(command)")
        #expect(lines.ofType("leak").allSatisfy { $0.flag("final") == false }, "\(command)")
        #expect(lines.last?.number("leaks") == 0)
      }
    }

    @Test(
      "with --fail-on-leak a leak is status 3, without it is 0, and the report says it either way")
    func failOnLeak() async throws {
      let command = ["--", try Programs.test("stack_leak_clone"), "--count", "90", "--every", "50"]
      let binary = try Programs.bpfleak()
      let failing = try StartedProcess([binary, "--fail-on-leak"] + command)
      let telling = try StartedProcess([binary] + command)
      for (process, status) in [(failing, 3 as Int32), (telling, 0)] {
        let run = try await process.finish()
        #expect(run.ending == .exited(status))
        let isSaid = run.output.contains("90 stacks of 40 KiB outlived their threads")
        #expect(isSaid, "\(run.output.suffix(2000))")
        #expect(run.errors == "")
      }
    }

    @Test(
      "a leak of a process that has ended is in the last report, whatever else is still watched")
    func endedAmongOthers() async throws {
      let leaking = try StartedProcess([
        try Programs.test("stack_leak_clone"), "--count", "120", "--every", "50",
      ])
      let quiet = try StartedProcess(["sleep", "60"])
      let report = try StartedProcess([
        try Programs.bpfleak(), "--fail-on-leak", "--interval", "60s", "--duration", "12s", "--pid",
        "\(leaking.pid)", "--pid", "\(quiet.pid)",
      ])
      let run = try await report.finish()
      #expect(run.ending == .exited(3))
      let isSaid = run.output.contains("stacks of 40 KiB outlived their threads")
      #expect(isSaid && !run.output.contains("No leak found"), "\(run.output.suffix(2000))")
      // Its symbols were read while it was there, though no report was due then.
      #expect(run.output.contains("created by"), "\(run.output.suffix(2000))")
      quiet.send(SIGTERM)
    }
  }
}
