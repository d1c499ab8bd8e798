// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  /// The real program on a real terminal, with a program that leaks beside it.
  @Suite(.enabled(if: Screen.isInstalled, "tmux is not installed: make deps-test"))
  struct LiveViewTests {
    private func leaking() async throws -> StartedProcess {
      let program = try TestProgram.start(
        "stack_leak_pthread", "--count", "0", "--every", "100", "--size", "8388608")
      try await program.waitUntil(printing: "pid")
      return program
    }

    @Test("keys sort, filter, mark, pause and open; the terminal is as it was at the end")
    func keys() async throws {
      let program = try await leaking()
      let calm = try await TestProgram.hold("many_maps", "--count", "50")
      let screen = try await Screen(columns: 120, rows: 40)
      let before = try await screen.settings()
      try await screen.type(
        "\(try Programs.bpfleak()) --pid \(calm.pid) --pid \(program.pid) --interval 300ms")
      try await screen.wait("the verdict") {
        $0.contains("LEAKING  stack_leak_pthr (pid \(program.pid))")
      }
      #expect(try await screen.isAbove(program.pid, calm.pid))
      try await screen.press("n")
      try await screen.wait("the order of names") { $0.contains("by name") }
      #expect(try await screen.isAbove(calm.pid, program.pid))
      try await screen.press("g", "s")
      try await screen.wait("another order") { $0.contains("sorted by growth per minute") }
      try await screen.press("/", "z", "z")
      try await screen.wait("an empty table") { $0.contains("Nothing matches 'zz'") }
      try await screen.press("Escape")
      try await screen.wait("the row") { $0.contains("\(program.pid) stack_leak_pthr") }
      try await screen.press("m")
      try await screen.wait("the mark") {
        $0.contains("mark 1: growth counts from here on") && $0.contains("; since mark 1, ")
      }
      try await screen.press("p")
      try await screen.wait("the pause") { $0.contains("PAUSED") }
      try await screen.press("p", "F1")
      try await screen.wait("help") { $0.contains("bpfleak: help") }
      try await screen.press("Escape", "g", "Enter")
      try await screen.wait("the evidence") {
        $0.contains("1 Verdict") && $0.contains("All ") && $0.contains("are still mapped")
          && $0.contains("RESIDENT")
      }
      try await screen.press("2")
      try await screen.wait("mappings") { $0.contains("RANGE ") && $0.contains(" thread-stack ") }
      try await screen.press("3")
      try await screen.wait("events") { $0.contains(" on the stack at 0x") }
      #expect(try await screen.isAlternate())
      try await screen.press("q")
      try await screen.waitForShell()
      #expect(try await screen.settings() == before)
      #expect(try await screen.isGivenBack())
    }

    @Test("what was said goes again while figures stand still, and Delete leaves nothing")
    func pausedNotice() async throws {
      let program = try await leaking()
      let screen = try await Screen()
      try await screen.type("\(try Programs.bpfleak()) --pid \(program.pid)")
      try await screen.wait("the view") { $0.contains("1 Verdict") }
      try await screen.press("p", "m")
      try await screen.wait("the notice") {
        $0.contains("mark 1: growth counts from here on") && $0.contains(" PAUSED")
      }
      try await screen.press("DC")
      try await screen.wait("its end") {
        !$0.contains("mark 1: growth") && $0.contains("since mark 1, ")
          && $0.contains("1 Verdict") && $0.contains(" PAUSED")
      }
    }

    @Test("the last report stays on the terminal")
    func lastReport() async throws {
      let program = try await leaking()
      let screen = try await Screen(columns: 120, rows: 100)
      try await screen.type("\(try Programs.bpfleak()) --pid \(program.pid)")
      try await screen.wait("the view") { $0.contains("F10 Quit") }
      try await screen.press("q")
      let text = try await screen.waitForShell()
      #expect(text.contains("; last report\n"))
    }

    @Test("a window of another size gets a view of that size")
    func resize() async throws {
      let program = try await leaking()
      let calm = try await TestProgram.hold("many_maps", "--count", "50")
      let screen = try await Screen()
      try await screen.type(
        "\(try Programs.bpfleak()) --pid \(calm.pid) --pid \(program.pid)")
      try await screen.wait("the table") { $0.contains("\(program.pid) stack_leak_pthr") }
      #expect(try await screen.lines()[23].contains("F10 Quit"))
      try await screen.resize(columns: 200, rows: 50)
      try await screen.wait("the wide table") {
        $0.contains("TREND RES") && $0.contains("stack_leak_pthread --count 0 --every")
          && $0.components(separatedBy: "\n")[49].contains("F10 Quit")
      }
      try await screen.resize(columns: 50, rows: 12)
      try await screen.wait("the small one") {
        $0.components(separatedBy: "\n")[11].contains("F1 Help")
      }
    }

    @Test("stopping gives the terminal back, and fg goes on where it was")
    func stop() async throws {
      let program = try await leaking()
      let screen = try await Screen()
      let before = try await screen.settings()
      try await screen.type("\(try Programs.bpfleak()) --pid \(program.pid)")
      try await screen.wait("the view") { $0.contains("1 Verdict") }
      try await screen.press("C-z")
      try await screen.wait("the shell") { $0.contains("Stopped") }
      #expect(try await screen.settings() == before)
      #expect(try await screen.isGivenBack())
      try await screen.type("fg")
      try await screen.wait("the view again") { $0.contains("1 Verdict") }
      try await screen.press("q")
      try await screen.waitForShell()
      #expect(try await screen.settings() == before)
    }

    @Test(
      "whatever signal ends it, the terminal is given back",
      arguments: ["SEGV", "ABRT", "TERM", "INT", "HUP", "QUIT"])
    func killed(signal: String) async throws {
      let program = try await leaking()
      let screen = try await Screen()
      let before = try await screen.settings()
      try await screen.type("\(try Programs.bpfleak()) --pid \(program.pid) & fg; echo ended $?")
      try await screen.wait("the view") { $0.contains("1 Verdict") }
      let found = try await shell("pgrep -f 'bpfleak --pid \(program.pid)$'")
      let pid = try #require(pid_t(found.output.trimmingCharacters(in: .whitespacesAndNewlines)))
      _ = try await shell("kill -\(signal) \(pid)")
      let end = try await screen.wait("its end") { $0.contains(/ended \d/) }
      let isAsked = ["TERM", "INT", "HUP"].contains(signal)
      #expect(end.contains("ended 0") == isAsked)
      #expect(try await screen.settings() == before)
      #expect(try await screen.isGivenBack())
    }

    @Test(
      "a terminal that cannot be drawn on gets the text report, and is told why",
      arguments: [
        ("dumb", "cannot place its cursor"), ("no-such-terminal", "nothing is known here"),
      ])
    func fallback(type: String, why: String) async throws {
      let program = try await leaking()
      let screen = try await Screen(columns: 120, rows: 200)
      try await screen.type(
        "TERM=\(type) \(try Programs.bpfleak()) --pid \(program.pid) --interval 1s --min-size 1G")
      try await screen.wait("the report") { $0.contains(why) && $0.contains("watched for") }
    }

    @Test("without colors the words are the same", arguments: ["NO_COLOR=1", "TERM=vt100"])
    func noColor(setting: String) async throws {
      let program = try await leaking()
      let screen = try await Screen()
      try await screen.type(
        "\(setting) \(try Programs.bpfleak()) --pid \(program.pid) --interval 300ms")
      try await screen.wait("the verdict") {
        $0.contains("LEAKING  stack_leak_pthr (pid \(program.pid))")
      }
      let raw = try await screen.tmux("capture-pane", "-p", "-e")
      #expect(!raw.contains(/\u{1b}\[[0-9;]*[349][0-7]m/))
    }

    @Test("SIGUSR2 sets a mark, which NDJSON says")
    func mark() async throws {
      let program = try await leaking()
      let trace = try await Trace.start(pid: program.pid)
      trace.process.send(SIGUSR2)
      try await trace.wait(for: "mark")
      trace.process.send(SIGUSR2)
      let lines = try await trace.stop()
      #expect(lines.ofType("mark").compactMap { $0.number("number") } == [1, 2])
    }
  }
}
