// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct ProcessTests {
    @Test(
      "a child is told as its parent was when it forked, and the program it executes in its turn")
    func forkedThenExecuted() async throws {
      let churn = try Programs.test("map_churn")
      let script =
        "cd '\((churn as NSString).deletingLastPathComponent)'; /bin/sh -c 'exit 0'; ./map_churn --seconds 1"
      let lines = try await Trace.start("--", "bash", "--norc", "-c", script).linesAtEnd()
      let command = try #require(lines.ofType("process").first)
      #expect(command.text("origin") == "started" && (command.number("parent_pid") ?? 0) > 1)
      let shell = try #require(lines.ofType("exec").first?.text("exe"))
      for child in lines.ofType("process") where child.text("origin") == "forked" {
        #expect(child.text("exe") == shell && child.text("comm") == "bash")
        #expect(child.text("cgroup")?.hasPrefix("/") == true)
      }
      let programs = lines.ofType("exec").compactMap { $0.text("exe") }
      #expect(programs.contains(churn), "\(programs)")
      #expect(programs.allSatisfy { $0.hasPrefix("/") }, "\(programs)")
    }

    @Test("a process that shares its creator's address space has another id and the same space")
    func sharedSpace() async throws {
      let lines = try await Trace.whole(command: "vm_shared", "--count", "3", "--every", "10")
      let parent = try #require(lines.ofType("exec").first)
      let clones = lines.ofType("clone")
      #expect(clones.count == 3)
      for clone in clones {
        let child = try #require(clone.number("child_pid"))
        #expect(child != parent.pid && child == clone.number("child_tid"))
        #expect(!clone.texts("flags").contains("thread"))
        #expect(clone.texts("flags").contains("vm"))
        let mapped = try #require(lines.ofType("mmap").ofProcess(child).first)
        #expect(mapped.space == parent.space)
        // The parent gives back what the child mapped.
        let freed = try #require(
          lines.ofType("munmap").last { $0.address("addr") == mapped.address("addr") })
        #expect(freed.pid == parent.pid)
        #expect(freed.number("freed") == mapped.number("len"))
      }
    }

    @Test("every process comes into view once, with its origin, parent and space")
    func processLines() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "1")
      let seeded = try await Trace.start(pid: program.pid)
      try await seeded.wait(for: "process")
      let first = try #require(seeded.lines().ofType("process").first)
      #expect(first.text("origin") == "seeded" && first.pid == Int(program.pid))
      #expect(first.text("exe") == (try Programs.test("many_maps")))
      #expect(first.number("parent_pid") == Int(getpid()))
      #expect(first.text("cgroup")?.hasPrefix("/") == true)

      let lines = try await Trace.whole(command: "vm_shared", "--count", "2", "--every", "50")
      let pid = try #require(lines.ofType("exec").first?.pid)
      let processes = lines.ofType("process")
      #expect(processes.ofProcess(pid).map { $0.text("origin") } == ["started"])
      for child in lines.ofType("clone").compactMap({ $0.number("child_pid") }) {
        let line = try #require(processes.ofProcess(child).first, "process \(child)")
        #expect(line.text("origin") == "forked" && line.number("parent_pid") == pid)
        #expect(line.space == lines.ofType("exec").first?.space)
      }
      #expect(processes.count == 3)
    }

    @Test("a command's process comes into view before its first event does")
    func processLineFirst() async throws {
      let lines = try await Trace.whole(command: "vm_shared", "--count", "2", "--every", "50")
      for pid in Set(lines.ofType("exec", "mmap", "exit").map(\.pid)) {
        #expect(lines.first { $0.pid == pid && $0.type != "stack" }?.type == "process")
      }
    }

    @Test("a vforked child is in its parent's space until it executes a program")
    func vforkThenExec() async throws {
      let lines = try await Trace.whole(
        command: "fork_storm", "--rate", "20", "--seconds", "1", "--exec-each", "2")
      let parent = try #require(lines.ofType("exec").first)
      let vforks = lines.ofType("clone").filter { $0.texts("flags").contains("vfork") }
      #expect(vforks.count == 10)
      for clone in vforks {
        let child = try #require(clone.number("child_pid"))
        #expect(clone.texts("flags").contains("vm"))
        let own = lines.ofProcess(child)
        let exec = try #require(own.ofType("exec").first)
        #expect(exec.text("exe") == "/bin/true")
        #expect(exec.space != parent.space)
        #expect(own.ofType("mmap").allSatisfy { $0.space == exec.space })
        #expect(own.ofType("exit").map { $0.flag("last") } == [true])
      }
      #expect(Set(lines.ofType("exec").map(\.space)).count == 11)
    }

    @Test("a forked child has a space of its own that begins as a copy of its parent's")
    func fork() async throws {
      let script = """
        echo ready; ( echo child; read -r line ); read -r line
        """
      let trace = try await Trace.start("--", "bash", "--norc", "-c", script)
      try await trace.process.waitUntil(complaining: "child")
      let dump = try await trace.dump()
      let clone = try #require(trace.lines().ofType("clone").first)
      let child = try #require(clone.number("child_pid"))
      let spaces = Dictionary(grouping: dump.mappings, by: \.pid).mapValues { Set($0.map(\.space)) }
      #expect(spaces[child]?.count == 1 && spaces[clone.pid]?.count == 1)
      #expect(spaces[child] != spaces[clone.pid])
      for pid in spaces.keys { try expectExact(dump, pid: pid) }
    }

    @Test("each exec begins a new space and ends the one before, whichever thread calls it")
    func execChain() async throws {
      for thread in ["0", "1"] {
        let trace = try await Trace.start(
          command: "exec_chain", "--count", "3", "--every", "20", "--thread", thread, "--hold")
        try await trace.process.waitUntil(complaining: "\ndone\n")
        let dump = try await trace.dump()
        let lines = try trace.lines()
        let execs = lines.ofType("exec")
        #expect(execs.count == 4)
        #expect(Set(execs.map(\.space)).count == 4)
        #expect(Set(execs.map(\.pid)).count == 1)
        #expect(dump.spaces == [execs[3].space])
        #expect(dump.snapshot.number("spaces") == 1)
        #expect(dump.snapshot.number("mappings") == dump.mappings.count)
        try expectExact(dump, pid: execs[0].pid)
        trace.process.closeInput()
        let exits = try await trace.linesAtEnd().ofType("exit")
        #expect(exits.count { $0.flag("last") == true } == 1)
        #expect(exits.last?.flag("last") == true)
      }
    }
  }
}
