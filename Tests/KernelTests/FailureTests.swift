// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What goes wrong before anything is traced; some of it needs no privilege to go wrong.
@Suite(.serialized, .endsWhatItStarts, .timeLimit(.minutes(Slowness.factor)))
struct FailureTests {
  @Test(
    "a wrong command line is one line on standard error and status 64",
    arguments: [
      ["--pid", "1", "--comm", "bash"], ["--pid", "1", "--cgroup", "/sys/fs/cgroup"],
      ["--comm", "bash", "--", "true"], ["--pid", "1", "--", "true"],
      ["--pid", "abc"], ["--pid", "-5"], ["--pid", "0"], ["--pid", "99999999999999"], ["--pid"],
      ["--duration", "0"], ["--duration", "5x"], ["--duration", "-1s"], ["--interval", "soon"],
      ["--interval", "0s"], ["--min-size", "1X"], ["--min-size", "-1"], ["--comm", ""],
      ["--comm", "a-name-of-16-byte"], ["--ndjson", "--events", "leak,nonsense"],
      ["--ndjson", "--events", ""], ["--events", "leak"], ["--format", "svg"],
      ["--ndjson", "--format", "text"], ["--no-such-option"], ["no-such-subcommand"],
      ["meminfo", "--no-such-option"], ["doctor", "surplus"],
    ])
  func wrongUsage(arguments: [String]) async throws {
    let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
    #expect(run.ending == .exited(64))
    #expect(run.errorLines.count == 1 && run.errors.hasPrefix("bpfleak: "), "\(run.errors)")
    #expect(run.errors.hasSuffix("\n") && run.output == "")
  }

  @Test("help and version are asked for, and go to standard output with status 0")
  func help() async throws {
    for arguments in [["--help"], ["--version"], ["meminfo", "--help"], ["doctor", "--help"]] {
      let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
      #expect(run.ending == .exited(0) && run.errors == "" && !run.output.isEmpty)
    }
  }

  @Test(
    "without privilege tracing is refused in one line with status 77, whatever is to be traced",
    .needs(.becomingNobody),
    arguments: [
      [], ["--ndjson"], ["--pid", "1"], ["--pid", "4194304"], ["--duration", "1s"],
      ["--", "true"], ["--", "no-such-command"],
    ])
  func noPrivilege(arguments: [String]) async throws {
    let run = try await asNobody(arguments)
    #expect(run.ending == .exited(77))
    #expect(run.errorLines.count == 1 && run.errors.contains("sudo"), "\(run.errors)")
    #expect(run.output == "")
  }

  @Test("without privilege doctor says what is missing and ends with 77", .needs(.becomingNobody))
  func doctorWithoutPrivilege() async throws {
    let run = try await asNobody(["doctor"])
    #expect(run.ending == .exited(77))
    #expect(run.output.contains("NO  privilege"))
    #expect(run.errorLines.count == 1)
  }

  @Test("without privilege meminfo tells where the memory is", .needs(.becomingNobody))
  func meminfoWithoutPrivilege() async throws {
    let run = try await asNobody(["meminfo"])
    #expect(run.ending == .exited(0) && run.errors == "")
    #expect(run.output.hasPrefix("Memory: "))
  }

  @Test("meminfo --ndjson writes one object a line, and nothing else")
  func meminfoLines() async throws {
    let run = try await bpfleak("meminfo", "--ndjson")
    #expect(run.ending == .exited(0) && run.errors == "")
    #expect(run.output.hasPrefix("{"))
    if run.output.hasPrefix("{") { _ = try TraceLine.all(Array(run.output.utf8)) }
  }

  @Test("meminfo reports every interval until it is told to stop, or for as long as it is asked to")
  func meminfoWatches() async throws {
    let watch = try StartedProcess([try Programs.bpfleak(), "meminfo", "--interval", "100ms"])
    try await watch.wait("three reports") {
      watch.output.text.components(separatedBy: "Memory: ").count > 3
    }
    watch.send(SIGINT)
    #expect(try await watch.finish().ending == .exited(0))
    let began = ContinuousClock.now
    let run = try await bpfleak("meminfo", "--interval", "100ms", "--duration", "3s")
    #expect(run.ending == .exited(0) && run.errors == "")
    #expect(ContinuousClock.now - began >= .seconds(3))
    #expect(run.output.components(separatedBy: "Memory: ").count > 3)
  }

  private func asNobody(_ arguments: [String]) async throws -> StartedProcess.Finished {
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    return try await StartedProcess(nobody + [try Programs.bpfleak()] + arguments).finish()
  }
}

extension KernelTests {
  @Suite struct RefusalTests {
    @Test("a process, control group or file that does not exist is one line and status 1")
    func doesNotExist() async throws {
      let gone = try StartedProcess(["true"])
      _ = try await gone.finish()
      for arguments in [
        ["--pid", "\(gone.pid)"], ["--pid", "1", "--pid", "4194305"], ["--pid", "4294967295"],
        ["--cgroup", "/no/such/group"], ["--cgroup", "/tmp"],
        ["--output", "/no/such/directory/file.ndjson"], ["--duration", "1s", "--output", "/tmp"],
      ] {
        let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
        #expect(run.ending == .exited(1), "\(arguments)")
        #expect(run.errorLines.count == 1, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(arguments[arguments.count - 1]), "\(run.errors)")
        #expect(run.output == "")
      }
    }

    @Test("a process that has ended and has no memory any more is an error, not an empty report")
    func noMemory() async throws {
      let ended = try StartedProcess(["true"])
      // Its status is left uncollected: it stays, as a zombie.
      while textOfFile("/proc/\(ended.pid)/stat")?.contains(") Z ") != true {
        try await Task.sleep(for: .milliseconds(5))
      }
      let run = try await bpfleak("--pid", "\(ended.pid)")
      #expect(run.ending == .exited(1))
      #expect(run.errorLines.count == 1 && run.errors.contains("\(ended.pid)"), "\(run.errors)")
      #expect(run.output == "")
    }

    @Test("a full disk is one line and status 1")
    func fullDisk() async throws {
      for format in ["text", "ndjson"] {
        let run = try await bpfleak(
          "--format", format, "--output", "/dev/full", "--duration", "500ms")
        #expect(run.ending == .exited(1))
        #expect(run.errorLines.count == 1 && run.errors.contains("/dev/full"))
      }
    }

    @Test("doctor finds that this machine can be traced, and leaves nothing attached")
    func doctor() async throws {
      let before = BPFInventory.unheld()
      let run = try await bpfleak("doctor")
      #expect(run.ending == .exited(0) && run.errors == "")
      #expect(!run.output.contains("NO  "))
      try await BPFInventory.expectNothingNew(since: before)
    }
  }
}
