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
      ["meminfo", "--no-such-option"], ["doctor", "surplus"], ["--"], ["--cgroup", ""],
      ["record", "--output", "/tmp/bpfleak-never", "--"], ["help", "nope"], ["--quiet", "meminfo"],
    ])
  func wrongUsage(arguments: [String]) async throws {
    let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
    #expect(run.ending == .exited(64))
    #expect(run.errorLines.count == 1 && run.errors.hasPrefix("bpfleak: "), "\(run.errors)")
    #expect(run.errors.hasSuffix("\n") && run.output == "")
  }

  @Test("help and version are asked for, and go to standard output with status 0")
  func help() async throws {
    for arguments in [
      ["--help"], ["--version"], ["meminfo", "--help"], ["doctor", "--help"], ["help", "record"],
      ["record", "--version"], ["replay", "--version"],
    ] {
      let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
      #expect(run.ending == .exited(0) && run.errors == "" && !run.output.isEmpty)
    }
  }

  @Test(
    "an answer that cannot be written is one line and status 1, and one that nobody reads is none",
    arguments: ["--help", "--version", "meminfo", "meminfo --ndjson", "record --help"])
  func cannotWrite(words: String) async throws {
    let full = try await shell("$BPFLEAK \(words) >/dev/full")
    #expect(full.ending == .exited(1))
    #expect(full.errorLines.count == 1 && full.errors.contains("standard output"))
    let unread = try await shell("(sleep 0.2; $BPFLEAK \(words); echo $? >&2) | true; sleep 1")
    #expect(unread.errors == "0\n")
  }

  @Test("no name in a message makes a second line or reaches the terminal as an escape")
  func printableMessages() async throws {
    let name = "\u{1b}[31m\nred"
    for arguments in [
      ["replay", "/tmp/\(name)"], ["--format", name], ["--\(name)"],
      ["--events", name, "--ndjson"],
    ] {
      let run = try await StartedProcess([try Programs.bpfleak()] + arguments).finish()
      #expect(run.errorLines.count == 1 && run.errors.contains("\\x1b[31m"), "\(run.errors)")
      #expect(!run.errors.contains("\u{1b}"))
    }
  }

  @Test(
    "with capabilities that do not reach tracefs it is refused with 77, and doctor says why",
    .needs(.tracing), .needs(.becomingNobody), arguments: ["sys_admin", "bpf,+perfmon"])
  func tracefsOutOfReach(capabilities: String) async throws {
    let nobody = [
      "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps",
      "-all,+\(capabilities)", "--ambient-caps", "-all,+\(capabilities)", try Programs.bpfleak(),
    ]
    let run = try await StartedProcess(nobody + ["--duration", "1s"]).finish()
    #expect(run.ending == .exited(77) && run.output == "")
    #expect(run.errorLines.count == 1 && run.errors.contains("tracefs"), "\(run.errors)")
    let doctor = try await StartedProcess(nobody + ["doctor"]).finish()
    #expect(doctor.ending == .exited(77))
    #expect(doctor.output.contains("ok  privilege") && doctor.output.contains("NO  tracefs"))
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

    @Test("the id of a thread is refused with the id of its process")
    func thread() async throws {
      let program = try TestProgram.start("thread_pool", "--run", "60000")
      var thread = ""
      try await program.wait("a thread") {
        let threads = try? FileManager.default.contentsOfDirectory(
          atPath: "/proc/\(program.pid)/task")
        thread = threads?.first { $0 != "\(program.pid)" } ?? ""
        return !thread.isEmpty
      }
      let run = try await bpfleak("--pid", thread)
      #expect(run.ending == .exited(1) && run.output == "")
      #expect(run.errors.hasSuffix("try: --pid \(program.pid)\n"), "\(run.errors)")
    }

    @Test("a run that does not come to be leaves files as they were")
    func filesAreKept() async throws {
      let path = "/tmp/bpfleak-test.\(getpid()).kept"
      defer { unlink(path) }
      for arguments in [["--pid", "2"], ["--", "no-such-command-at-all"]] {
        for first in [[], ["record"]] {
          let words = [try Programs.bpfleak()] + first + ["--output", path] + arguments
          #expect(try await StartedProcess(words).finish().ending == .exited(1))
          #expect(access(path, F_OK) != 0)
          try "kept".write(toFile: path, atomically: false, encoding: .utf8)
          #expect(try await StartedProcess(words).finish().ending == .exited(1))
          #expect(textOfFile(path) == "kept")
          unlink(path)
        }
      }
      try String(repeating: "longer than a line\n", count: 9999)
        .write(toFile: path, atomically: false, encoding: .utf8)
      let run = try await bpfleak("--output", path, "--", "true")
      #expect(run.ending == .exited(0))
      #expect(textOfFile(path).map { $0.hasPrefix("bpfleak ") && $0.count < 9999 } == true)
    }

    @Test("nothing that is meant for a closed standard output or error gets into a file")
    func closedDescriptors() async throws {
      let path = "/tmp/bpfleak-test.\(getpid()).closed"
      defer { unlink(path) }
      for closed in [">&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        let run = try await shell(
          "$BPFLEAK --verbose --ndjson --output \(path) --duration 500ms \(closed)")
        #expect(run.ending == .exited(0))
        let lines = try TraceLine.all(Array((textOfFile(path) ?? "").utf8))
        #expect(lines.first?.type == "start" && lines.last?.type == "summary")
      }
      let run = try await shell("$BPFLEAK --duration 500ms >&-")
      #expect(run.ending == .exited(1) && run.errorLines.count == 1)
    }

    @Test("a control group of version 1 is refused as what it is")
    func cgroupVersion1() async throws {
      let mounts = (textOfFile("/proc/self/mounts") ?? "").split(separator: "\n")
      let first = mounts.map { $0.split(separator: " ") }.first {
        $0.count > 2 && $0[2] == "cgroup"
      }
      guard let place = first?[1] else { return }
      let run = try await bpfleak("--cgroup", String(place))
      #expect(run.ending == .exited(1))
      #expect(run.errorLines.count == 1 && run.errors.contains("version 1"), "\(run.errors)")
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
