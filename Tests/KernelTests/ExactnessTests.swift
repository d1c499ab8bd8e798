// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How `bpfleak` gets the kernel's list: binary iterators, or the text of /proc where they are
/// refused.
enum Listing: String, CaseIterable, CustomTestStringConvertible {
  case iterators
  case text

  var environment: [String: String] { self == .text ? ["BPFLEAK_LISTING": "text"] : [:] }
  var testDescription: String { "listed by \(rawValue)" }
}

extension KernelTests {
  @Suite struct ExactnessTests {
    @Test(
      "a program that was there before is shown as the kernel has it", arguments: Listing.allCases)
    func seeded(listing: Listing) async throws {
      let many = try await TestProgram.hold("many_maps", "--count", "5000")
      let shell = try StartedProcess(["bash", "--norc", "-c", "echo ready; read -r line"])
      let threads = try await TestProgram.hold("threads_joined", "--count", "2", "--every", "5")
      let forms = try await TestProgram.hold("map_ops", "--extra", "1")
      try await shell.waitUntil(printing: "ready")
      let programs = [many, shell, threads, forms]
      let trace = try await Trace.start(
        programs.flatMap { ["--pid", "\($0.pid)"] }, environment: listing.environment)
      let dump = try await trace.dump()
      #expect(dump.pids == Set(programs.map { Int($0.pid) }))
      for program in programs { try expectExact(dump, pid: Int(program.pid)) }
      #expect(dump.mappings.allSatisfy { $0.flag("seeded") == true })
      #expect(dump.mappings.allSatisfy { $0.fields["born_ns"] == .null })
      #expect(dump.mappings.ofProcess(Int(many.pid)).count > 5000)
    }

    @Test(
      "a Python process with threads and libraries is shown as the kernel has it",
      .needs(.program("python3")), arguments: Listing.allCases)
    func python(listing: Listing) async throws {
      // The interpreter itself, and not a script that looks for it.
      let path = try await shell("python3 -c 'import sys; print(sys.executable)'").output
      let interpreter = path.trimmingCharacters(in: .newlines)
      let script = """
        import ctypes, hashlib, json, mmap, sys, threading
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        kept = [mmap.mmap(-1, 1 << 20), bytearray(5 << 20), mmap.mmap(-1, 4096, mmap.MAP_PRIVATE)]
        print("ready", flush=True)
        sys.stdin.read()
        """
      let python = try StartedProcess([interpreter, "-c", script])
      try await python.waitUntil(printing: "ready")
      let seeded = try await Trace.start(pid: python.pid, environment: listing.environment)
      try expectExact(await seeded.dump(), pid: Int(python.pid))

      let started = try await Trace.start(
        ["--", interpreter, "-c", script], environment: listing.environment)
      try await started.process.waitUntil(complaining: "ready")
      let dump = try await started.dump()
      try expectExact(dump, pid: try await started.firstPID())
      #expect(dump.ofKind("thread-stack").count == 1)
    }

    @Test(
      "a program that was traced from its start is shown as the kernel has it",
      arguments: [
        ["map_ops"], ["map_ops", "--extra", "1"], ["many_maps", "--count", "3000"],
        ["many_maps", "--count", "501", "--release", "1"],
        ["stack_leak_pthread", "--count", "20", "--every", "5"],
        ["thread_pool", "--count", "2", "--run", "20", "--every", "5"],
        ["map_churn", "--threads", "2", "--seconds", "1"],
        ["vm_shared", "--count", "3", "--every", "10"],
      ], Listing.allCases)
    func started(command: [String], listing: Listing) async throws {
      let trace = try await Trace.start(
        ["--events", "exec,mapping,snapshot,summary,start", "--", try Programs.test(command[0])]
          + command.dropFirst() + ["--hold"],
        environment: listing.environment)
      try await trace.process.waitUntil(complaining: "\ndone\n")
      let pid = try await trace.firstPID()
      let dump = try await trace.dump()
      #expect(dump.pids == [pid])
      try expectExact(dump, pid: pid)
      let lines = try await trace.stop()
      #expect(lines.last?.number("lost") == 0 && lines.last?.number("drift") == 0)
    }

    @Test("a program that maps while the trace begins is shown as the kernel has it")
    func seededInMotion() async throws {
      for _ in 0..<3 {
        let program = try StartedProcess([
          try Programs.test("many_maps"), "--count", "2000", "--every", "1", "--release", "1",
          "--hold",
        ])
        try await program.waitUntil(printing: "pid")
        let trace = try await Trace.start(pid: program.pid)
        for _ in 0..<3 {
          program.send(SIGSTOP)
          try await program.waitUntilStopped()
          try expectExact(await trace.dump(), pid: Int(program.pid))
          program.send(SIGCONT)
          try await Task.sleep(for: .milliseconds(50))
        }
        program.end()
      }
    }

    @Test("memory from before the trace is marked as such, and later memory has its time of birth")
    func births() async throws {
      let program = try StartedProcess([
        try Programs.test("map_ops"), "--every", "20", "--hold",
      ])
      try await program.wait("the middle of its run") { program.output.contains("\"step\":40,") }
      program.send(SIGSTOP)
      let trace = try await Trace.start(pid: program.pid)
      program.send(SIGCONT)
      try await program.waitUntilDone()
      let dump = try await trace.dump()
      try expectExact(dump, pid: Int(program.pid))
      let began = try #require(trace.lines().first?.number("ts_ns"))
      let born = dump.mappings.filter { $0.flag("seeded") == false }
      let before = dump.mappings.filter { $0.flag("seeded") == true }
      #expect(!born.isEmpty && !before.isEmpty)
      #expect(born.allSatisfy { $0.number("born_ns") ?? 0 >= began })
      #expect(before.allSatisfy { $0.fields["born_ns"] == .null })
    }

    @Test("the heap, the main stack and the kernel's own mappings are called what they are")
    func kinds() async throws {
      let shell = try StartedProcess(["bash", "--norc", "-c", "echo ready; read -r line"])
      try await shell.waitUntil(printing: "ready")
      let dump = try await Trace.start(pid: shell.pid).dump()
      let text = try #require(textOfFile("/proc/\(shell.pid)/maps"))
      for (name, kind) in [("[heap]", "heap"), ("[stack]", "main-stack"), ("[vdso]", "special")] {
        let line = try #require(text.split(separator: "\n").first { $0.hasSuffix(name) })
        let end = line.split(separator: " ")[0].split(separator: "-")[1]
        #expect(dump.ofKind(kind).contains { $0.text("end") == "0x\(end)" }, "\(name)")
      }
      #expect(dump.ofKind("file").allSatisfy { $0.text("path")?.hasPrefix("/") == true })
    }
  }
}
