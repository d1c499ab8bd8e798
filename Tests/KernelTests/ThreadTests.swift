// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct ThreadTests {
    @Test("the line of a clone that is given a stack has the call path that made it")
    func clonePath() async throws {
      let lines = try await Trace.whole(
        command: "stack_leak_pthread", "--count", "3", "--every", "30")
      let clones = lines.ofType("clone").filter { $0.texts("flags").contains("thread") }
      #expect(clones.count == 3)
      for clone in clones {
        let id = try #require(clone.number("stack"))
        let stack = try #require(lines.ofType("stack").first { $0.number("id") == id })
        #expect("\(stack.fields)".contains("spawn_reporter"))
        // Right before the first line that speaks of it, and after whose it is was told.
        let place = lines.firstIndex { $0.type == "stack" && $0.number("id") == id } ?? 0
        let first = lines.firstIndex { $0.type != "stack" && $0.number("stack") == id } ?? 0
        let isBefore = lines[place..<first].allSatisfy { $0.type == "stack" }
        #expect(isBefore && first > place)
      }
    }

    @Test(
      "every thread's clone names the live mapping that its stack lies in",
      arguments: [
        ["thread_pool", "--count", "2", "--workers", "8", "--run", "20"],
        ["threads_detached", "--count", "5", "--every", "10"],
        ["stack_leak_pthread", "--count", "5", "--every", "10"],
        ["stack_leak_clone", "--count", "5", "--every", "10"],
        ["stack_attr_setstack", "--count", "8", "--every", "10"],
      ])
    func cloneNamesStack(command: [String]) async throws {
      let trace = try await Trace.start(
        ["--", try Programs.test(command[0])] + command.dropFirst())
      let lines = try await trace.linesAtEnd()
      var live: [Range<UInt64>] = []
      var clones = 0
      for line in lines {
        let range = line.range
        switch line.type {
        case "mmap": live += [range].compactMap { $0 }
        case "munmap": live.removeAll { $0 == range }
        case "clone":
          clones += 1
          let stack = try #require(line.address("child_stack"))
          let mapping = try #require(line.address("mapping"), "\(line)")
          // A stack that grows down from the end of its mapping begins where the one above does.
          let mapped = try #require(
            live.last { $0.lowerBound < stack && stack <= $0.upperBound }, "\(line)")
          #expect(mapped.contains(mapping) && mapping <= stack)
        default: continue
        }
      }
      #expect(clones >= 5)
    }

    @Test("a raw clone's stack pointer at the very end of its mapping belongs to that mapping")
    func stackAtEnd() async throws {
      let lines = try await Trace.whole(
        command: "stack_leak_clone", "--count", "6", "--every", "10", "--size", "40K")
      let stacks = lines.ofType("mmap").filter { $0.texts("flags").contains("stack") }
      #expect(stacks.count == 6)
      #expect(
        stacks.map { $0.address("addr") } == lines.ofType("clone").map { $0.address("mapping") })
    }

    @Test("a stack inside the program's own data lies in a live mapping as well")
    func stackInData() async throws {
      let lines = try await Trace.whole(command: "vm_shared", "--count", "3", "--every", "40")
      let clones = lines.ofType("clone")
      #expect(clones.count == 3)
      #expect(Set(clones.map { $0.address("mapping") }).count == 1)
      #expect(clones.allSatisfy { $0.address("mapping") != nil })
    }

    @Test("each thread ends with one exit line, and only the last of a process says so")
    func everyThreadExits() async throws {
      for command in [
        ["thread_pool", "--count", "3", "--workers", "6", "--run", "10"],
        ["leader_exits", "--threads", "3", "--count", "2", "--every", "10"],
        ["fork_storm", "--rate", "40", "--seconds", "1"],
        // Each of two threads that end at once finds no other left.
        ["end_together", "--threads", "2", "--count", "200"],
      ] {
        let trace = try await Trace.start(
          ["--", try Programs.test(command[0])] + command.dropFirst())
        let lines = try await trace.linesAtEnd()
        let first = try #require(lines.ofType("exec").first)
        let begun = [first.tid] + lines.ofType("clone").compactMap { $0.number("child_tid") }
        let exits = lines.ofType("exit")
        #expect(exits.map(\.tid).sorted() == begun.sorted(), "\(command)")
        for (pid, ends) in Dictionary(grouping: exits, by: \.pid) {
          #expect(ends.count { $0.flag("last") == true } == 1, "process \(pid) of \(command)")
          #expect(ends.last?.flag("last") == true, "process \(pid) of \(command)")
        }
      }
    }

    @Test(
      "a dump tells which live thread runs on which stack, also of threads that were there before")
    func liveThreads() async throws {
      let arguments = ["--count", "1", "--workers", "6", "--run", "60000"]
      let program = try StartedProcess([try Programs.test("thread_pool")] + arguments)
      try await program.wait("its threads") { threadIDs(of: Int(program.pid)).count == 7 }
      let seeded = try await Trace.start(pid: program.pid)
      let started = try await Trace.start(["--", try Programs.test("thread_pool")] + arguments)
      let pid = try await started.firstPID()
      try await started.process.wait("its threads") {
        (try? started.lines().ofType("clone").count) == 6
      }
      for (trace, pid) in [(seeded, Int(program.pid)), (started, pid)] {
        let threads = try await trace.dump().ofKind("thread-stack").compactMap(\.thread)
        #expect(threads.map(\.tid).sorted() == threadIDs(of: pid).filter { $0 != pid })
        #expect(threads.allSatisfy { $0.isAlive })
      }
    }

    @Test("the stack that the C library keeps after a join is shown without a live thread")
    func keptStack() async throws {
      let trace = try await Trace.start(
        command: "threads_joined", "--count", "3", "--every", "5", "--hold")
      try await trace.process.waitUntil(complaining: "\ndone\n")
      let threads = try await trace.dump().ofKind("thread-stack").compactMap(\.thread)
      #expect(threads.map(\.isAlive) == [false])
      let last = try trace.lines().ofType("clone").last?.number("child_tid")
      #expect(threads.first?.tid == last)
    }
  }
}

private func threadIDs(of pid: Int) -> [Int] {
  let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
  return (names ?? []).compactMap { Int($0) }.sorted()
}
