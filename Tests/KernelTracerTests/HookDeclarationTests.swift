// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import KernelTracer

/// What a program says about itself, beside its code.
@Suite("declarations of hooks")
struct HookDeclarationTests {
  private let mmap = "tracepoint/syscalls/sys_exit_mmap"

  @Test("a section is a kind and a place")
  func place() throws {
    let tags = ["bpfleak.purpose=memory was mapped"]
    let tracepoint = try #require(try Hook(program: "a", section: mmap, tags: tags))
    #expect(tracepoint.kind == .tracepoint && tracepoint.name == "syscalls/sys_exit_mmap")
    let typed = try #require(try Hook(program: "a", section: "tp_btf/exit_mmap", tags: tags))
    #expect(typed.kind == .typed && typed.name == "exit_mmap")
    let list = try #require(try Hook(program: "a", section: "iter/task", tags: tags))
    #expect(list.kind == .iterator && list.name == "task")
  }

  @Test("a hook is required and of every run unless it says otherwise")
  func plain() throws {
    let hook = try #require(
      try Hook(program: "a", section: mmap, tags: ["bpfleak.purpose=a = b"]))
    #expect(hook.purpose == "a = b")
    #expect(!hook.isOptional && hook.part == .changes)
    #expect(hook.since == nil && hook.builtWith == nil)
  }

  @Test("each tag says one thing, in any order")
  func tags() throws {
    let hook = try #require(
      try Hook(
        program: "a", section: mmap,
        tags: [
          "bpfleak.since=6.1", "bpfleak.part=call paths", "bpfleak.without=nothing is lost",
          "bpfleak.built-with=CONFIG_AIO", "bpfleak.purpose=p",
        ]))
    #expect(hook.isOptional && hook.withoutIt == "nothing is lost")
    #expect(hook.since == KernelVersion(6, 1) && hook.builtWith == "CONFIG_AIO")
    #expect(hook.part == .callPaths)
  }

  @Test("a program without a place of its own is no hook")
  func continuation() throws {
    #expect(try Hook(program: "a", section: "tracepoint", tags: []) == nil)
  }

  @Test(
    "what the loader does not understand is an error, not a hook less",
    arguments: [
      ("tracepoint/syscalls/sys_exit_mmap", []),
      ("tracepoint/syscalls/sys_exit_mmap", ["bpfleak.purpose=p", "bpfleak.part=weather"]),
      ("tracepoint/syscalls/sys_exit_mmap", ["bpfleak.purpose=p", "bpfleak.since=soon"]),
      ("tracepoint/syscalls/sys_exit_mmap", ["bpfleak.purpose=p", "bpfleak.color=red"]),
      ("tracepoint/syscalls/sys_exit_mmap", ["bpfleak.purpose=p", "bpfleak.since"]),
      ("kprobe/do_brk", ["bpfleak.purpose=p"]),
      ("tracepoint", ["bpfleak.purpose=p"]),
    ])
  func defects(section: String, tags: [String]) {
    #expect(throws: TracerError.self) { try Hook(program: "a", section: section, tags: tags) }
  }
}
