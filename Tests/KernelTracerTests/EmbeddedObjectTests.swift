// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Testing

@testable import KernelTracer

/// The object in the binary, read without a kernel.
@Suite("the embedded object")
struct EmbeddedObjectTests {
  private static func hooks() throws -> [Hook] { try BPFObject(verbose: false).hooks() }

  @Test("every hook says what it is for, and every optional one what is lost without it")
  func purposes() throws {
    let hooks = try Self.hooks()
    #expect(hooks.count > 20)
    for hook in hooks {
      #expect(hook.purpose.count > 10 && hook.purpose.last != ".", "\(hook.program)")
      #expect(hook.withoutIt.map { $0.count > 10 } ?? true, "\(hook.program)")
    }
  }

  @Test("what a kernel may lack is optional")
  func conditions() throws {
    for hook in try Self.hooks() where hook.since != nil || hook.builtWith != nil {
      #expect(hook.isOptional, "\(hook.program)")
    }
  }

  @Test("a hook that came after our oldest kernel says since when")
  func since() throws {
    let hooks = try Self.hooks()
    #expect(hooks.first { $0.name == "exit_mmap" }?.since == KernelVersion(6, 1))
    for hook in hooks { #expect(hook.since.map { $0 > .minimum } ?? true, "\(hook.program)") }
  }

  @Test("ends and beginnings of spaces are attached before calls, which would be taken for others'")
  func order() throws {
    let attached = try Self.hooks().filter { $0.kind != .iterator }
    let calls = try #require(attached.firstIndex { $0.kind == .tracepoint })
    #expect(attached.prefix(calls).map(\.name).contains("exit_mmap"))
    #expect(attached.prefix(calls).map(\.name).contains("sched_process_exec"))
    #expect(attached.dropFirst(calls).allSatisfy { $0.kind == .tracepoint })
    #expect(attached.first?.name == "exit_mmap")
  }

  @Test("without what bpfleak traces for, it does not start")
  func required() throws {
    let required = try Self.hooks().filter { !$0.isOptional }.map(\.name)
    for name in ["mmap", "munmap", "mremap", "mprotect", "brk"] {
      #expect(required.contains("syscalls/sys_exit_\(name)"))
    }
    for name in ["task_newtask", "sched_process_exec", "sched_process_exit"] {
      #expect(required.contains(name))
    }
  }

  @Test("a run without call paths loads no hook for them; one that reads /proc loads no iterator")
  func parts() throws {
    #expect(TracerSpec().parts == [.changes, .callPaths, .lists])
    #expect(TracerSpec(stacks: .none).parts == [.changes, .lists])
    #expect(TracerSpec(listsText: true).parts == [.changes, .callPaths])
    let hooks = try Self.hooks()
    let clones = hooks.filter { $0.part == .callPaths }.map(\.name)
    #expect(clones == ["syscalls/sys_enter_clone", "syscalls/sys_enter_clone3"])
    #expect(hooks.filter { $0.kind == .iterator }.allSatisfy { $0.part == .lists })
    #expect(hooks.filter { $0.part == .lists }.map(\.name) == ["task", "task_vma"])
  }

  @Test("of two programs at one place, the first calls a helper that the last does not")
  func alternatives() throws {
    let object = try BPFObject(verbose: false)
    let first = try object.helpers(of: "shmat_returned")
    let last = try object.helpers(of: "shmat_returned_5_15")
    #expect(first.subtracting(last) == [Int32(BPF_FUNC_find_vma.rawValue)])
    let hooks = try object.hooks().filter { $0.name == "syscalls/sys_exit_shmat" }
    #expect(hooks.map(\.program) == ["shmat_returned", "shmat_returned_5_15"])
  }

  @Test("a program that is not there is an error")
  func noProgram() throws {
    let object = try BPFObject(verbose: false)
    do throws(TracerError) {
      _ = try object.program("no_such_program")
      Issue.record("it was found")
    } catch {
      #expect(error == .badObject("no program no_such_program"))
    }
  }
}
