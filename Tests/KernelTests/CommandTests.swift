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
      for command in ["no-such-command-at-all", "/etc/passwd", "/no/such/file", "/tmp", ""] {
        let run = try await bpfleak("--", command)
        #expect(run.ending == .exited(1))
        #expect(run.errorLines.count == 1 && run.errors.contains("'\(command)'"))
        #expect(run.output == "")
      }
    }

    @Test(
      "a file that the kernel will not run is one line and status 1, whatever else is asked for",
      arguments: [[], ["--ndjson"], ["--fail-on-leak"], ["--quiet"]])
    func cannotBeExecuted(options: [String]) async throws {
      try await withDirectory { directory in
        try write("#!/no/such/interpreter\n", to: "\(directory)/script")
        try write("\u{7f}ELF\0\0\0\n", to: "\(directory)/junk")
        for (name, remedy) in [("script", "file \(directory)/script"), ("junk", "no program")] {
          let program = "\(directory)/\(name)"
          let run = try await StartedProcess(
            [try Programs.bpfleak()] + options + ["--", program, "argument"]
          ).finish()
          #expect(run.ending == .exited(1))
          #expect(run.errorLines.count == 1 && run.errors.contains("cannot start '\(program)'"))
          #expect(run.errors.contains(remedy) && run.output == "")
        }
      }
    }

    @Test("a script without a first line that names its interpreter is run by the shell")
    func scriptOfNobody() async throws {
      try await withDirectory { directory in
        try write("echo \"$1\" is run\n", to: "\(directory)/script")
        let run = try await bpfleak("--quiet", "--", "\(directory)/script", "this")
        #expect(run.ending == .exited(0) && run.output.hasPrefix("this is run\n"))
      }
    }

    @Test("a command is looked for in PATH, whose empty places are the current directory")
    func emptyPlaceInPath() async throws {
      try await withDirectory { directory in
        try write("#!/bin/sh\necho found\n", to: "\(directory)/found-here")
        try FileManager.default.createDirectory(
          atPath: "\(directory)/first/found-here", withIntermediateDirectories: true)
        let run = try await shell(
          "cd \(directory) && PATH=\(directory)/first::/usr/bin $BPFLEAK -- found-here")
        #expect(run.ending == .exited(0) && run.output.hasPrefix("found\n"))
      }
    }

    @Test("the words of a command arrive as the bytes that they are, UTF-8 or not")
    func bytes() async throws {
      let run = try await shell(
        """
        export LC_ALL=C
        cd /tmp && mkdir -p $'bpfleak-\\xff' && cp "$(type -P printf)" $'bpfleak-\\xff/printf'
        said=$($BPFLEAK --quiet --stacks none -- $'bpfleak-\\xff/printf' '%s/%s\\n' $'\\xff\\x80' -- |
          head -1)
        [ "$said" = $'\\xff\\x80/--' ] && echo same
        rm -r $'bpfleak-\\xff'
        """)
      #expect(run.output == "same\n" && run.errors == "", "\(run)")
    }

    @Test("how a command ended is told where it did not succeed, and does not change the status")
    func commandFails() async throws {
      for (script, words) in [
        ("exit 3", "the command ended with status 3\n"),
        ("kill -SEGV $$", "the command was ended by signal 11 (Segmentation fault)\n"),
        ("exit 0", ""),
      ] {
        let run = try await bpfleak("--", "sh", "-c", script)
        #expect(run.ending == .exited(0))
        #expect(run.errors == (words.isEmpty ? "" : "bpfleak: " + words))
        let quiet = try await bpfleak("--quiet", "--", "sh", "-c", script)
        #expect(quiet.ending == .exited(0) && quiet.errors == "")
      }
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
      let directory = "/tmp/bpfleak-test.\(getpid()).\(UInt32.random(in: 0...(.max)))"
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: directory) }
      try await body(directory)
    }

    private func write(_ text: String, to path: String) throws {
      try text.write(toFile: path, atomically: false, encoding: .utf8)
      chmod(path, 0o755)
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
