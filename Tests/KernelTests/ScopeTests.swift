// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct ScopeTests {
    @Test(
      "growth of what is resident counts from the start, though the last report is the only one")
    func residentGrowth() async throws {
      let grows = "for i in {1..300}; do printf -v x$i %01000000d 0; read -t 0.1; done"
      let shell = try StartedProcess(["bash", "--norc", "-c", grows])
      // And of a process that began later, from its first moments.
      for scope in [["--pid", "\(shell.pid)"], ["--", "bash", "--norc", "-c", grows]] {
        let run = try await StartedProcess(
          [try Programs.bpfleak(), "--duration", "3s", "--interval", "1h"] + scope
        ).finish()
        let resident = run.output.split(separator: "\n").first { $0.hasPrefix("resident") }
        #expect(try #require(resident).contains("MiB since the start"))
      }
      shell.end()
    }

    @Test("--pid shows one process and nothing of others, nor of the children that it starts")
    func onePID() async throws {
      let program = try Programs.test("fork_storm")
      let storm = try StartedProcess([
        "bash", "-c",
        "echo ready; read -r line; exec \(program) --rate 40 --seconds 1 --exec-each 3",
      ])
      let other = try StartedProcess([
        try Programs.test("threads_joined"), "--count", "0", "--every", "5",
      ])
      try await storm.waitUntil(printing: "ready")
      let trace = try await Trace.start(pid: storm.pid)
      storm.closeInput()
      let lines = try await trace.linesAtEnd()
      let events = lines.filter { !Contract.isOfStream($0) }
      #expect(!events.contains { $0.pid == Int(other.pid) })
      let spaces = Set(events.ofProcess(Int(storm.pid)).map(\.space))
      #expect(spaces.count == 2 && Set(events.map(\.space)) == spaces)
      let clones = lines.ofType("clone")
      #expect(clones.count == 40 && clones.allSatisfy { $0.pid == Int(storm.pid) })
      // A vforked child is in the space until its exec; a forked one never is.
      let vforked = clones.filter { $0.texts("flags").contains("vfork") }
      let children = Set(events.map(\.pid)).subtracting([Int(storm.pid)])
      #expect(children.isSubset(of: vforked.compactMap { $0.number("child_pid") }))
    }

    @Test("--pid given twice shows both, and ends when both are gone")
    func twoPIDs() async throws {
      let programs = try await [
        TestProgram.hold("many_maps", "--count", "10"),
        TestProgram.hold("many_maps", "--count", "20"),
      ]
      let trace = try await Trace.start(programs.flatMap { ["--pid", "\($0.pid)"] })
      let dump = try await trace.dump()
      #expect(dump.pids == Set(programs.map { Int($0.pid) }))
      #expect(dump.snapshot.number("spaces") == 2)
      for program in programs {
        try expectExact(dump, pid: Int(program.pid))
        program.closeInput()
      }
      let lines = try await trace.linesAtEnd()
      #expect(lines.ofType("exit").filter { $0.flag("last") == true }.count == 2)
    }

    @Test("--comm shows the processes of that name, from when they take it until they drop it")
    func byName() async throws {
      let name = "hk\(getpid())"
      let directory = "/tmp/bpfleak-test.\(getpid())"
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: directory) }
      let program = "\(directory)/\(name)"
      try FileManager.default.createSymbolicLink(
        atPath: program, withDestinationPath: try Programs.test("many_maps"))
      let before = try StartedProcess([program, "--count", "7", "--hold"])
      let other = try await TestProgram.hold("many_maps", "--count", "7")
      try await before.waitUntilDone()
      let trace = try await Trace.start("--comm", name)
      let after = try StartedProcess([program, "--count", "9", "--hold"])
      try await after.waitUntilDone()
      let script = """
        echo -n \(name) >/proc/$$/comm; /bin/true; echo taken; read -r line
        echo -n other >/proc/$$/comm; /bin/true; echo dropped; sleep 60
        """
      let renamed = try StartedProcess(["bash", "--norc", "-c", script])
      // By then the child, which had the name until its exec, is gone.
      try await renamed.waitUntil(printing: "taken")
      try await trace.process.wait("the renamed process") {
        trace.process.output.contains("\"pid\":\(renamed.pid),")
      }
      let dump = try await trace.dump()
      #expect(dump.pids == Set([before, after, renamed].map { Int($0.pid) }))
      for pid in dump.pids { try expectExact(dump, pid: pid) }
      renamed.closeInput()
      try await renamed.waitUntil(printing: "dropped")
      let lines = try await trace.stop()
      #expect(!lines.contains { $0.pid == Int(other.pid) })
      #expect(lines.ofProcess(Int(renamed.pid)).ofType("clone").count == 1)
      #expect(lines.ofProcess(Int(after.pid)).ofType("mmap").count >= 9)
    }

    @Test(
      "--cgroup shows the processes in that group and below, and no others",
      .needs(.cgroupVersion2))
    func byCgroup() async throws {
      let group = try ControlGroup()
      let programs = try await [
        TestProgram.hold("many_maps", "--count", "5"),
        TestProgram.hold("many_maps", "--count", "6"),
        TestProgram.hold("many_maps", "--count", "7"),
      ]
      try group.admit(programs[0], to: group.path)
      try group.admit(programs[1], to: group.inner)
      // As /proc/PID/cgroup has it, from the hierarchy's root.
      let named = String(group.path.dropFirst((ControlGroup.root ?? "").count))
      let byName = try await Trace.start("--cgroup", named)
      #expect(try await byName.dump().pids == Set(programs.prefix(2).map { Int($0.pid) }))
      _ = try await byName.stop()
      let trace = try await Trace.start("--cgroup", group.path)
      let dump = try await trace.dump()
      #expect(dump.pids == Set(programs.prefix(2).map { Int($0.pid) }))
      for pid in dump.pids { try expectExact(dump, pid: pid) }
      let program = try Programs.test("many_maps")
      let later = try StartedProcess([
        "bash", "-c", "echo $$ >\(group.inner)/cgroup.procs; exec \(program)",
      ])
      _ = try await later.finish()
      let lines = try await trace.stop()
      #expect(lines.ofProcess(Int(later.pid)).ofType("exec").count == 1)
      #expect(lines.ofProcess(Int(later.pid)).ofType("mmap").count >= 1000)
      group.remove()
      #expect(access(group.path, F_OK) != 0)
    }

    @Test("--min-size leaves smaller mappings out of reports and dumps, and sums stay exact")
    func minSize() async throws {
      let program = try await TestProgram.hold("many_maps", "--count", "400", "--size", "4K")
      let all = try await Trace.start(pid: program.pid).dump()
      let large = all.mappings.filter { line in
        (line.address("end") ?? 0) - (line.address("addr") ?? 0) >= 64 << 10
      }
      let arguments = ["--pid", "\(program.pid)", "--min-size", "64K"]
      let dump = try await Trace.start(arguments).dump()
      #expect(dump.mappings.map { $0.address("addr") } == large.map { $0.address("addr") })
      let text = try await StartedProcess(
        [try Programs.bpfleak()] + arguments + ["--duration", "100ms"]
      ).finish().output
      #expect(text.contains("\(all.mappings.count - large.count) smaller mappings not shown"))
      #expect(text.contains("mappings        \(all.mappings.count),"))
    }
  }
}
