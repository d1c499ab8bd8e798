// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Empty programs on the hooks of bpfleak: they show the least that any tracer costs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define SYSCALL(hook)                                                                              \
	SEC("tracepoint/syscalls/sys_" #hook) int hook(void *context) { return 0; }
#define KERNEL(hook) SEC("tp_btf/" #hook) int hook(void *context) { return 0; }

SYSCALL(exit_mmap)
SYSCALL(enter_munmap)
SYSCALL(exit_munmap)
SYSCALL(enter_mremap)
SYSCALL(exit_mremap)
SYSCALL(exit_mprotect)
SYSCALL(exit_pkey_mprotect)
SYSCALL(exit_brk)
SYSCALL(exit_shmat)
SYSCALL(enter_shmdt)
SYSCALL(exit_io_setup)
SYSCALL(exit_io_destroy)
SYSCALL(exit_remap_file_pages)
SYSCALL(exit_map_shadow_stack)
KERNEL(task_newtask)
KERNEL(sched_process_exec)
KERNEL(sched_process_exit)
KERNEL(task_rename)
