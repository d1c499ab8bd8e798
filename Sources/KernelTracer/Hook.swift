// SPDX-License-Identifier: Apache-2.0

/// A place in the kernel that a program of ours is attached to.
public struct Hook: Sendable, Hashable {
  public enum Kind: String, Sendable {
    /// Found by its id in tracefs.
    case tracepoint
    /// Found by its type in the kernel's BTF; its arguments are the kernel's own pointers.
    case typed = "tp_btf"
  }

  public var program: String
  /// `syscalls/sys_exit_mmap`, `task_newtask`.
  public var name: String
  public var kind: Kind
  /// Whether a kernel may lack it: then what it would tell is found by asking the kernel.
  public var isOptional = false

  /// Every hook there is, with what each is for in docs/architecture.md.
  ///
  /// In the order of attaching, ends and beginnings first: the kernel uses an `mm_struct` again at once,
  /// and calls of one process would be taken for those of another that ended unseen.
  public static let all: [Hook] = [
    Hook(program: "space_ended", name: "exit_mmap", kind: .typed, isOptional: true),
    Hook(program: "task_exited", name: "sched_process_exit", kind: .typed),
    Hook(program: "task_execed", name: "sched_process_exec", kind: .typed),
    Hook(program: "task_created", name: "task_newtask", kind: .typed),
    Hook(program: "task_renamed", name: "task_rename", kind: .typed),
    Hook(
      program: "clone_entered", name: "syscalls/sys_enter_clone", kind: .tracepoint,
      isOptional: true),
    Hook(
      program: "clone3_entered", name: "syscalls/sys_enter_clone3", kind: .tracepoint,
      isOptional: true),
    Hook(program: "mmap_returned", name: "syscalls/sys_exit_mmap", kind: .tracepoint),
    Hook(program: "munmap_entered", name: "syscalls/sys_enter_munmap", kind: .tracepoint),
    Hook(program: "munmap_returned", name: "syscalls/sys_exit_munmap", kind: .tracepoint),
    Hook(program: "mremap_entered", name: "syscalls/sys_enter_mremap", kind: .tracepoint),
    Hook(program: "mremap_returned", name: "syscalls/sys_exit_mremap", kind: .tracepoint),
    Hook(program: "mprotect_returned", name: "syscalls/sys_exit_mprotect", kind: .tracepoint),
    Hook(
      program: "pkey_mprotect_returned", name: "syscalls/sys_exit_pkey_mprotect",
      kind: .tracepoint, isOptional: true),
    Hook(program: "brk_returned", name: "syscalls/sys_exit_brk", kind: .tracepoint),
    Hook(
      program: "shmat_returned", name: "syscalls/sys_exit_shmat", kind: .tracepoint,
      isOptional: true),
    Hook(
      program: "shmat_returned_5_15", name: "syscalls/sys_exit_shmat", kind: .tracepoint,
      isOptional: true),
    Hook(
      program: "shmdt_entered", name: "syscalls/sys_enter_shmdt", kind: .tracepoint,
      isOptional: true),
    Hook(
      program: "io_setup_returned", name: "syscalls/sys_exit_io_setup", kind: .tracepoint,
      isOptional: true),
    Hook(
      program: "io_destroy_returned", name: "syscalls/sys_exit_io_destroy",
      kind: .tracepoint, isOptional: true),
    Hook(
      program: "remap_file_pages_returned", name: "syscalls/sys_exit_remap_file_pages",
      kind: .tracepoint, isOptional: true),
    Hook(
      program: "map_shadow_stack_returned", name: "syscalls/sys_exit_map_shadow_stack",
      kind: .tracepoint, isOptional: true),
  ]
}
