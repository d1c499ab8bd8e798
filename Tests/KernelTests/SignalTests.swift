// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct SignalTests {
    @Test("whoever does not read the lines cannot keep it from being stopped")
    func stalledReader() async throws {
      let lines = FileManager.default.temporaryDirectory.path + "/bpfleak-\(UUID())"
      #expect(mkfifo(lines, 0o600) == 0)
      defer { unlink(lines) }
      let pipe = open(lines, O_RDWR | O_CLOEXEC)
      defer { close(pipe) }
      let churn = "'\(try Programs.test("map_churn"))' --seconds 600"
      let trace = try StartedProcess([
        "bash", "-c", "exec '\(try Programs.bpfleak())' --ndjson -- \(churn) >'\(lines)'",
      ])
      try await trace.wait("a full pipe") {
        var writable = pollfd(fd: pipe, events: Int16(POLLOUT), revents: 0)
        return poll(&writable, 1, 0) == 0
      }
      trace.send(SIGTERM)
      let run = try await trace.finish(within: .seconds(10 * Slowness.factor))
      #expect(run.ending == .exited(1))
      // What the command prints goes there as well.
      let own = run.errorLines.filter { $0.hasPrefix("bpfleak: ") }
      #expect(own.count == 1 && own[0].contains("was not read until the end"), "\(run.errors)")
    }

    @Test(
      "SIGINT, SIGTERM and SIGHUP print the last report and end with 0",
      arguments: [SIGINT, SIGTERM, SIGHUP])
    func stop(signal: Int32) async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "50")
      let lines = try await Trace.start(pid: program.pid)
      let text = try StartedProcess([
        try Programs.bpfleak(), "--pid", "\(program.pid)", "--interval", "100ms",
      ])
      try await text.wait("a report") { text.output.count > 0 }
      for process in [lines.process, text] { process.send(signal) }
      for process in [lines.process, text] {
        let run = try await process.finish()
        #expect(run.ending == .exited(0) && run.errors == "")
      }
      #expect(try lines.lines().last?.type == "summary")
      #expect(text.output.text.components(separatedBy: "last report").count == 2)
    }

    @Test("what nohup starts goes on after SIGHUP")
    func ignoredHangup() async throws {
      let run = try await shell(
        """
        trap '' HUP
        $BPFLEAK --ndjson --events start,summary --duration 3s & trace=$!
        sleep 1.5; kill -HUP $trace; wait $trace
        """)
      #expect(run.ending == .exited(0))
      let lasted = try TraceLine.all(Array(run.output.utf8)).last?.number("duration_ns")
      #expect(try #require(lasted) >= 2_900_000_000)
    }

    @Test("what happened before the signal is still written, though it was not read yet")
    func drains() async throws {
      let program = try Programs.test("many_maps")
      let shell = try StartedProcess([
        "bash", "--norc", "-c", "echo ready; read -r line; exec \(program) --count 500",
      ])
      try await shell.waitUntil(printing: "ready")
      let trace = try await Trace.start(pid: shell.pid)
      trace.process.send(SIGSTOP)
      try await trace.process.waitUntilStopped()
      shell.closeInput()
      _ = try await shell.finish()
      trace.process.send(SIGTERM)
      trace.process.send(SIGCONT)
      let lines = try await trace.linesAtEnd()
      #expect(lines.ofType("mmap").filter { $0.number("len") == 4096 }.count >= 500)
      #expect(lines.dropLast().last?.type == "exit" && lines.last?.type == "summary")
    }

    @Test("SIGUSR1 prints every live mapping in the text report too")
    func dumpAsText() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "600")
      let report = try StartedProcess([
        try Programs.bpfleak(), "--pid", "\(program.pid)", "--interval", "1h",
      ])
      try await report.wait("it takes the signal") { blocks(SIGUSR1, in: report.pid) }
      report.send(SIGUSR1)
      try await report.wait("the dump") { report.output.text.contains("main-stack") }
      report.send(SIGINT)
      let text = try await report.finish().output
      let areas = try #require(KernelMaps.areas(of: Int(program.pid)))
      let missing = areas.filter { !text.contains("-\(String($0.end, radix: 16)) ") }
      #expect(missing.count == 0, "of \(areas.count)")
    }

    @Test(
      "a reader that goes away ends the trace quietly", arguments: ["--ndjson", "--format text"])
    func closedPipe(format: String) async throws {
      let churn = try StartedProcess([
        try Programs.test("map_churn"), "--threads", "1", "--seconds", "60",
      ])
      try await churn.waitUntil(printing: "pid")
      let run = try await shell(
        "$BPFLEAK \(format) --interval 100ms --duration 100s | head -1; echo ${PIPESTATUS[0]}")
      #expect(run.ending == .exited(0))
      #expect(run.errors == "")
      #expect(run.output.hasSuffix("\n0\n"))
    }

    @Test("a report comes every interval and says how long it watched")
    func intervals() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "5")
      let began = ContinuousClock.now
      let run = try await bpfleak(
        "--pid", "\(program.pid)", "--interval", "200ms", "--duration", "3s")
      let reports = run.output.components(separatedBy: "watched for").count - 1
      #expect(ContinuousClock.now - began >= .seconds(3))
      #expect(run.ending == .exited(0) && reports >= 3 && reports <= 16)
    }
  }
}

/// Whether a process takes that signal by waiting for it.
private func blocks(_ signal: Int32, in pid: pid_t) -> Bool {
  let status = textOfFile("/proc/\(pid)/status") ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
  let mask = line.flatMap { UInt64($0.dropFirst(7).filter { !$0.isWhitespace }, radix: 16) } ?? 0
  return mask >> UInt64(signal - 1) & 1 == 1
}
