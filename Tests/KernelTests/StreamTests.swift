// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct StreamTests {
    @Test("a busy machine's stream is whole: every line keeps the contract, and nothing is lost")
    func busySystem() async throws {
      let tests = try ["fork_storm", "map_ops", "stack_leak_clone"].map { try Programs.test($0) }
      let compiler = """
        while :; do printf '#include <stdio.h>\\n#include <sys/mman.h>\\nint main(){return 0;}' |
          gcc -x c - -o /dev/null; done
        """
      let busy = try [
        StartedProcess(["bash", "-c", compiler]),
        StartedProcess([
          "bash", "-c", "while sleep 0.05; do \(tests[1]) --extra 1 >/dev/null; done",
        ]),
        StartedProcess([tests[0], "--rate", "100", "--seconds", "0"]),
        StartedProcess([tests[2], "--count", "0", "--every", "50"]),
      ]
      let expected = [
        "process", "mmap", "munmap", "mremap", "mprotect", "brk", "shmat", "shmdt", "clone",
        "exec", "exit", "leak",
      ]
      let trace = try await Trace.start()
      for type in expected { try await trace.wait(for: type) }
      _ = try await trace.dump()
      try await Task.sleep(for: .seconds(1))
      trace.process.send(SIGINT)
      let run = try await trace.process.finish()
      for process in busy { #expect(process.endingNow() == nil, "\(process.words)") }
      #expect(run.ending == .exited(0) && run.errors == "")
      let bytes = trace.process.output.bytes()
      #expect(bytes.last == UInt8(ascii: "\n"))
      let lines = try TraceLine.all(bytes)

      #expect(Set(lines.compactMap { Contract.complaint(about: $0) }).sorted().prefix(8) == [])
      #expect(lines.first?.type == "start" && lines.ofType("start").count == 1)
      #expect(lines.last?.type == "summary" && lines.ofType("summary").count == 1)
      #expect(lines.last?.number("lost") == 0 && lines.ofType("lost").isEmpty)
      #expect(lines.last?.number("duration_ns") ?? 0 >= 1_000_000_000)
      #expect(
        lines.allSatisfy { ($0.pid == Int(trace.process.pid)) == Contract.isOfStream($0) })
    }

    @Test("every process that an event names came into view before, in the space that it names")
    func processesAreAnnounced() async throws {
      let storm = try StartedProcess([
        try Programs.test("fork_storm"), "--rate", "100", "--seconds", "0",
      ])
      try await storm.waitUntil(printing: "pid")
      let trace = try await Trace.start()
      try await trace.process.wait("100 clones") {
        (try? trace.lines().ofType("clone").count) ?? 0 >= 100
      }
      let lines = try await trace.stop()
      var known: Set<Int> = []
      var unknown: Set<String> = []
      for line in lines {
        switch line.type {
        case "process": known.insert(line.pid)
        case "leak": continue
        case _ where Contract.isOfStream(line): continue
        default: if !known.contains(line.pid) { unknown.insert("\(line.type) of \(line.pid)") }
        }
      }
      #expect(known.contains(Int(storm.pid)) && known.count > 50)
      #expect(unknown.sorted().prefix(8) == [])
    }

    @Test("the first line says what is traced and how")
    func start() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "1")
      let one = try #require(await Trace.start(pid: program.pid).lines().first)
      #expect(one.numbers("scope") == [Int(program.pid)])
      #expect(one.number("schema") == 1)
      let all = try #require(await Trace.start().lines().first)
      #expect(all.text("scope") == "system")
      guard case .list(let attached) = all.fields["attached"] else {
        Issue.record("no hooks: \(all)")
        return
      }
      let names = attached.compactMap { hook in
        if case .object(let hook) = hook, case .text(let name) = hook["name"] { name } else { nil }
      }
      for name in ["syscalls/sys_exit_mmap", "task_newtask", "sched_process_exit"] {
        #expect(names.contains { $0.hasSuffix(name) })
      }
      let wall = try #require(all.text("wall"))
      let time = try Date(wall, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
      #expect(abs(time.timeIntervalSinceNow) < 60)
    }

    @Test("--events leaves only the types that were asked for")
    func someTypes() async throws {
      let run = try await bpfleak(
        "--ndjson", "--events", "clone,exit,summary", "--", try Programs.test("threads_joined"),
        "--count", "3", "--every", "5")
      let lines = try TraceLine.all(Array(run.output.utf8))
      #expect(lines.map(\.type).filter { $0 == "clone" }.count == 3)
      #expect(lines.map(\.type).filter { $0 == "exit" }.count == 4)
      #expect(Set(lines.map(\.type)) == ["clone", "exit", "summary"])
    }

    @Test("--output writes the lines to a file, whose ending chooses the format")
    func toFile() async throws {
      let path = "/tmp/bpfleak-test.\(getpid()).ndjson"
      defer { unlink(path) }
      let program = try Programs.test("threads_joined")
      let run = try await bpfleak("--output", path, "--", program, "--count", "2", "--every", "5")
      #expect(run.ending == .exited(0))
      #expect(!run.output.contains("{") && !run.errors.contains("{"))
      let lines = try TraceLine.all(Array(#require(textOfFile(path)).utf8))
      #expect(lines.first?.type == "start" && lines.last?.type == "summary")
      #expect(lines.ofType("clone").count == 2)
      let text = try await bpfleak("--output", path, "--format", "text", "--duration", "100ms")
      #expect(text.ending == .exited(0) && text.output == "")
      #expect(textOfFile(path)?.contains("last report") == true)
    }
  }
}
