/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel structures that bpfleak reads, with the fields it reads and no others.
 *
 * CO-RE finds each field by its name in the running kernel's BTF, so order and size mean nothing
 * here. This list is what bpfleak depends on. It replaces a generated vmlinux.h of 3 MB.
 */
#ifndef BPFLEAK_KERNEL_TYPES_H
#define BPFLEAK_KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

/* mm_context_t. On both architectures it holds the address of the vDSO. */
typedef struct {
	void *vdso;
} mm_context_t;

struct vm_area_struct;

struct mm_struct {
	unsigned long total_vm;
	unsigned long start_brk;
	unsigned long brk;
	unsigned long start_stack;
	unsigned long start_code;
	unsigned long end_code;
	unsigned long mmap_base;
	unsigned long task_size;
	int map_count;
	mm_context_t context;
};

struct vfsmount {
	int mnt_flags;
};

struct path {
	struct vfsmount *mnt;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_iflags;
	unsigned long s_blocksize;
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_generation;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct signal_struct {
	atomic_t live;
	unsigned int flags;
	int group_exit_code;
};

struct task_struct {
	struct mm_struct *mm;
	int pid;
	int tgid;
	int exit_code;
	unsigned int flags;
	unsigned int personality;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct pid *thread_pid;
	struct files_struct *files;
	struct signal_struct *signal;
	__u64 start_time;
	char comm[16];
};

struct linux_binprm {
	const char *filename;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, di, si, dx, r10, r8, r9, ip, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp;
};
struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 orig_x0;
};
#endif

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#pragma clang attribute pop

/* The arguments of a system call, also when it returns: the kernel saved the registers at the entry
 * and has not changed them since. On arm64 the result replaces x0, so the kernel keeps the old x0
 * apart. */
#if defined(__TARGET_ARCH_x86)
#define BPFLEAK_ARG1(frame) ((frame)->di)
#define BPFLEAK_ARG2(frame) ((frame)->si)
#define BPFLEAK_ARG3(frame) ((frame)->dx)
#define BPFLEAK_ARG4(frame) ((frame)->r10)
#define BPFLEAK_ARG5(frame) ((frame)->r8)
#define BPFLEAK_ARG6(frame) ((frame)->r9)
#define BPFLEAK_SP(frame) ((frame)->sp)
#define BPFLEAK_IP(frame) ((frame)->ip)
#elif defined(__TARGET_ARCH_arm64)
#define BPFLEAK_ARG1(frame) ((frame)->orig_x0)
#define BPFLEAK_ARG2(frame) ((frame)->regs[1])
#define BPFLEAK_ARG3(frame) ((frame)->regs[2])
#define BPFLEAK_ARG4(frame) ((frame)->regs[3])
#define BPFLEAK_ARG5(frame) ((frame)->regs[4])
#define BPFLEAK_ARG6(frame) ((frame)->regs[5])
#define BPFLEAK_SP(frame) ((frame)->sp)
#define BPFLEAK_IP(frame) ((frame)->pc)
#endif

/* What a classic tracepoint hands to a program, as /sys/kernel/tracing/events/.../format says. These
 * layouts are part of the kernel's user interface, so they need no relocation. */
struct syscall_enter {
	__u64 common;
	__u64 number;
	__u64 arguments[6];
};

struct syscall_exit {
	__u64 common;
	__u64 number;
	__s64 result;
};

/* The first fields of struct clone_args of linux/sched.h, the argument of clone3. */
struct clone_arguments {
	__u64 flags;
	__u64 pidfd;
	__u64 child_tid;
	__u64 parent_tid;
	__u64 exit_signal;
	__u64 stack;
};

#endif
