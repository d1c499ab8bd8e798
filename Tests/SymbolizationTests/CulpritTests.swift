// SPDX-License-Identifier: Apache-2.0
import Symbolization
import Testing

@Suite("Whom a stack blames")
struct CulpritTests {
  @Test("the innermost frame outside libc and the allocator is to blame")
  func skipsPlumbing() {
    let stack = CallStack(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6"),
      StackFrame(address: 2, function: "je_arena_new", module: "/usr/bin/server"),
      StackFrame(address: 3, function: "load_table", module: "/usr/bin/server", line: 12),
      StackFrame(address: 4, function: "main", module: "/usr/bin/server"),
    ])
    #expect(stack.culprit?.function == "load_table")
  }

  @Test("a stack of nothing but the C library blames nobody")
  func blamesNobody() {
    let stack = CallStack(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6")
    ])
    #expect(stack.culprit == nil)
  }
}
