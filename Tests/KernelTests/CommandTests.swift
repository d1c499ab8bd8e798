// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct CommandTests {
    @Test(
      "a command is traced from its first mapping: its exec comes first, then its loader's calls")
    func fromFirstMapping() async throws {
      let lines = try await Trace.whole(command: "threads_joined", "--count", "1")
      #expect(lines.first?.type == "start")
      #expect(lines.last?.type == "summary")
      let events = lines.filter {
        !["process", "stack"].contains($0.type) && !Contract.isOfStream($0)
      }
      let exec = try #require(events.first)
      #expect(exec.type == "exec")
      #expect(exec.text("exe") == (try Programs.test("threads_joined")))
      #expect(Set(events.map(\.space)) == [exec.space])
      // The loader maps the C library before anything else can happen.
      let library = events.dropFirst().prefix { $0.type == "mmap" }
      #expect(library.contains { $0.texts("prot").isEmpty && $0.text("prot") == "r-x" })
      let exit = try #require(events.last)
      #expect(exit.type == "exit" && exit.flag("last") == true)
    }

    @Test(
      "the processes that a command starts are traced too, and the trace ends when all are gone")
    func followsChildren() async throws {
      let program = try Programs.test("threads_joined")
      let trace = try await Trace.start(
        "--", "bash", "--norc", "-c",
        "\(program) --count 2 --every 5; \(program) --count 3 --every 5; true")
      let lines = try await trace.linesAtEnd()
      let shell = try #require(lines.ofType("exec").first?.pid)
      let executed = lines.ofType("exec").filter { $0.text("exe") == program }
      #expect(executed.count == 2)
      for (exec, threads) in zip(executed, [2, 3]) {
        #expect(exec.pid != shell)
        let own = lines.ofProcess(exec.pid).filter { $0.space == exec.space }
        #expect(own.ofType("clone").count == threads)
        #expect(own.ofType("exit").count == threads + 1)
      }
      let processes = lines.ofType("process")
      #expect(processes.first { $0.pid == executed[0].pid }?.number("parent_pid") == shell)
    }

    @Test(
      "with --ndjson the command's output goes to standard error, and only lines to standard output"
    )
    func outputApart() async throws {
      let run = try await bpfleak("--ndjson", "--", "sh", "-c", "echo said; echo complained >&2")
      #expect(run.ending == .exited(0))
      #expect(run.errorLines == ["said", "complained"])
      let lines = try TraceLine.all(Array(run.output.utf8))
      #expect(lines.last?.type == "summary")
    }

    @Test("without --ndjson the command's output is where it would be without bpfleak")
    func outputStays() async throws {
      let run = try await bpfleak(
        "--interval", "1h", "--", "sh", "-c", "echo said; echo complained >&2")
      #expect(run.ending == .exited(0))
      #expect(run.output.hasPrefix("said\n"))
      #expect(run.output.contains("last report"))
      #expect(run.errorLines == ["complained"])
    }

    @Test(
      "a command has the standard input, arguments, environment and signals that bpfleak was given")
    func commandIsUndisturbed() async throws {
      let script = #"read -r word; echo "$word/$1/$MARK"; grep -E 'Sig(Blk|Ign)' /proc/self/status"#
      func said(_ prefix: [String]) async throws -> String {
        let pipeline = ["bash", "-c", "echo first | \"$0\" \"$@\""]
        let process = try StartedProcess(
          pipeline + prefix + ["bash", "-c", script, "name", "--pid"], environment: ["MARK": "kept"]
        )
        return try await process.finish().output
      }
      let alone = try await said([])
      #expect(alone.hasPrefix("first/--pid/kept\n"))
      let traced = try await said([try Programs.bpfleak(), "--interval", "1h", "--"])
      #expect(traced.hasPrefix(alone))
    }

    @Test("a command that cannot be started is one line on standard error and status 1")
    func cannotStart() async throws {
      for command in ["no-such-command-at-all", "/etc/passwd", "/no/such/file"] {
        let run = try await bpfleak("--", command)
        #expect(run.ending == .exited(1))
        #expect(run.errorLines.count == 1 && run.errors.contains(command))
        #expect(run.output == "")
      }
    }

    @Test("a command that dies by a signal ends the trace like any other")
    func killedCommand() async throws {
      let run = try await bpfleak("--ndjson", "--", "sh", "-c", "kill -KILL $$")
      #expect(run.ending == .exited(0))
      let lines = try TraceLine.all(Array(run.output.utf8))
      #expect(lines.ofType("exit").map { $0.flag("last") } == [true])
      #expect(lines.last?.type == "summary")
    }
  }
}
