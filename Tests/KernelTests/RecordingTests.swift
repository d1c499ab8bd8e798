// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TextLayout

extension KernelTests {
  @Suite(.emulationTooSlow("what is written of a stream does not depend on the kernel"))
  struct RecordingTests {
    /// Runs `bpfleak replay` as nobody, on a copy of the file that is left to see.
    private func replay(_ arguments: String...) async throws -> StartedProcess.Finished {
      try await StartedProcess(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
          + [try Programs.bpfleak(), "replay"] + arguments
      ).finish(within: .seconds(60))
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
      let path = "/tmp/bpfleak-test.\(getpid()).\(UInt32.random(in: 0...(.max))).bpfleak"
      defer { unlink(path) }
      try await body(path)
    }

    @Test("every line of a live run comes again from its recording, to nobody, without privilege")
    func everyLine() async throws {
      let busy = try [
        TestProgram.start("fork_storm", "--rate", "50", "--seconds", "0"),
        TestProgram.start("stack_leak_clone", "--count", "0", "--every", "50"),
        TestProgram.start("call_paths", "--count", "0", "--every", "2"),
      ]
      try await withFile { path in
        let live = try StartedProcess([
          try Programs.bpfleak(), "record", "--output", path, "--ndjson", "--stacks", "none",
          "--duration", "3s", "--audit", "1s",
        ])
        try await live.wait("the first line") { live.output.count > 0 }
        try await Task.sleep(for: .milliseconds(1500))
        live.send(SIGUSR1)
        live.send(SIGUSR2)
        let told = try await live.finish(within: .seconds(60))
        for program in busy { #expect(program.endingNow() == nil, "\(program.words)") }
        #expect(told.ending == .exited(0))
        let again = try await replay("--ndjson", path)
        #expect(again.ending == .exited(0) && again.errors == "")
        let lines = told.output.split(separator: "\n")
        let others = again.output.split(separator: "\n")
        #expect(lines.count == others.count && lines.count > 1000)
        #expect(lines.count { $0.contains("\"type\":\"mark\"") } == 1)
        // The line of a munmap that fails is taken back by another once it is out, and when that is
        // depends on the moment.
        let differing = zip(lines.sorted(), others.sorted()).first { $0 != $1 }
        #expect(differing == nil)
        let types = Set(try TraceLine.all(Array(again.output.utf8)).map(\.type))
        let wanted: Set = ["start", "mmap", "clone", "mapping", "snapshot", "leak", "summary"]
        #expect(wanted.subtracting(types) == [])
      }
    }

    @Test("the last report of a run and of its replay are the same, stacks and verdicts included")
    func lastReport() async throws {
      try await withFile { path in
        let live = try StartedProcess([
          try Programs.bpfleak(), "record", "--fail-on-leak", "--output", path, "--",
          try Programs.test("stack_leak_pthread"), "--count", "45", "--every", "30",
        ])
        let told = try await live.finish()
        #expect(told.ending == .exited(3))
        #expect(told.output.contains("45 stacks of 10.0 MiB outlived their"))
        let again = try await replay(path)
        #expect(again.ending == .exited(0) && again.errors == "")
        #expect(told.output.hasSuffix(again.output) && again.output.hasPrefix("bpfleak "))
        #expect(try await replay("--fail-on-leak", path).ending == .exited(3))
        let lines = try TraceLine.all(Array(try await replay("--ndjson", path).output.utf8))
        let leak = try #require(lines.ofType("leak").last)
        #expect(leak.number("count") == 45 && leak.flag("final") == true)
        let stack = lines.ofType("stack").first { $0.number("id") == leak.number("stack") }
        #expect(stack.map { "\($0.fields)".contains("spawn_reporter") } == true)
        let page = try await replay("--format", "html", path).output
        #expect(page.contains("The machine's memory") && page.contains("spawn_reporter"))
        let profile = try await shell(
          "$BPFLEAK replay --format pprof '\(path)' | gzip -dc | grep -ac '[0-9a-f]\\{40\\}'")
        #expect(profile.ending == .exited(0), "a build id")
      }
    }

    @Test("call paths that turn out to be one are one in the replay too, with the same verdict")
    func unified() async throws {
      try await withFile { path in
        let live = try StartedProcess([
          try Programs.bpfleak(), "record", "--ndjson", "--fail-on-leak", "--duration", "16s",
          "--output", path, "--", try Programs.test("stack_varies"), "--every", "80",
        ])
        let told = try await live.finish()
        let again = try await replay("--ndjson", "--fail-on-leak", path)
        #expect(told.ending == .exited(3) && again.ending == .exited(3))
        let leaks = try TraceLine.all(Array(told.output.utf8)).ofType("leak").last
        let replayed = try TraceLine.all(Array(again.output.utf8)).ofType("leak").last
        let names = ["verdict", "count", "bytes", "rate_bytes_per_min", "function", "final"]
        for name in names {
          #expect(
            "\(String(describing: leaks?.fields[name]))"
              == "\(String(describing: replayed?.fields[name]))", "\(name)")
        }
        #expect(leaks?.text("function") == "keep_page" && (leaks?.number("count") ?? 0) > 100)
      }
    }

    @Test(
      "--pid of a replay is about that process alone, in each form, of a recording of the machine")
    func pidOfMany() async throws {
      let leaking = try TestProgram.start("stack_leak_clone", "--count", "0", "--every", "50")
      let other = try await TestProgram.hold("many_maps", "--count", "321")
      try await leaking.waitUntil(printing: "pid")
      try await withFile { path in
        _ = try await bpfleak("record", "--output", path, "--duration", "8s")
        let alone = try await replay("--pid", "\(other.pid)", path)
        #expect(alone.ending == .exited(0))
        let isItsOwn =
          alone.output.contains("No leak found") && !alone.output.contains("outlived")
          && alone.output.contains("many_maps")
        #expect(isItsOwn, "\(alone.output.prefix(2000))")
        let blamed = try await replay("--pid", "\(leaking.pid)", path)
        #expect(blamed.output.contains("outlived"))
        let folded = try await replay("--pid", "\(other.pid)", "--format", "folded", path).output
        let names = Set(folded.split(separator: "\n").compactMap { $0.split(separator: ";").first })
        #expect(names.count == 1, "\(names)")
        let page = try await replay("--pid", "\(other.pid)", "--format", "html", path).output
        #expect(page.contains("many_maps") && !page.contains("outlived"))
        let gone = try await replay("--pid", "999999999", path)
        #expect(gone.ending == .exited(1) && gone.output == "" && gone.errorLines.count == 1)
      }
    }

    @Test("a recording of one process is about that process, with its resident size as it was")
    func oneProcess() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "200")
      try await withFile { path in
        let live = try await bpfleak(
          "record", "--pid", "\(program.pid)", "--output", path, "--duration", "300ms")
        #expect(live.ending == .exited(0) && live.output.contains("resident"))
        program.end()
        #expect(try await replay(path).output == live.output)
        let onto = try await bpfleak("replay", "--format", "text", "--output", path, path)
        #expect(onto.ending == .exited(1) && onto.errorLines.count == 1)
        #expect(onto.errors.contains("is the recording itself"))
        #expect(try await replay(path).output == live.output)
        let other = try await replay("--pid", "1", path)
        #expect(other.ending == .exited(1) && other.errorLines.count == 1)
      }
    }

    @Test("a recording that was killed or cut tells what it has, says so in a line, and fails")
    func cut() async throws {
      try await withFile { path in
        let live = try StartedProcess([
          try Programs.bpfleak(), "record", "--output", path, "--",
          try Programs.test("stack_leak_clone"), "--count", "0", "--every", "20",
        ])
        try await live.wait("four seconds of recording") {
          (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 > 9000
        }
        live.send(SIGKILL)
        _ = try await live.finish()
        let whole = try await replay(path)
        #expect(whole.ending == .exited(1) && whole.errorLines.count == 1)
        #expect(whole.errors.contains("ends before the recording was finished"))
        #expect(whole.output.contains("stacks of 40 KiB outlived their threads"))
        truncate(path, off_t(try Data(contentsOf: URL(filePath: path)).count - 100))
        let cut = try await replay(path)
        #expect(cut.ending == .exited(1) && cut.errors.contains("unreadable"))
        #expect(cut.output.hasPrefix("bpfleak "))
      }
    }

    @Test("what is no recording is refused in one line")
    func refused() async throws {
      let cases = [
        ("/etc/passwd", "no recording"), ("/dev/null", "empty"), ("/none", "cannot read"),
      ]
      for (path, words) in cases {
        let run = try await replay(path)
        #expect(run.ending == .exited(1) && run.output == "")
        #expect(run.errorLines.count == 1 && run.errors.contains(words), "\(run.errors)")
      }
      #expect(try await replay("--duration", "3s", "/etc/passwd").ending == .exited(64))
      #expect(try await bpfleak("record").ending == .exited(64))
    }
  }
}
