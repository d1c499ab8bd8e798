/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* The bytes that BPF/bpfleak.bpf.c writes and Sources/MappingEvents reads.
 *
 * One definition for both sides. All integers are in the byte order of the machine; every
 * record starts with a struct bpfleak_header and is a multiple of 8 bytes. Addresses and
 * lengths are in bytes, times in nanoseconds of CLOCK_MONOTONIC. A change of any layout is a
 * change of BPFLEAK_WIRE_VERSION.
 */
#ifndef BPFLEAK_WIRE_H
#define BPFLEAK_WIRE_H

#include <linux/types.h>

#define BPFLEAK_WIRE_VERSION 4
#define BPFLEAK_COMM_LENGTH 16
#define BPFLEAK_EXE_LENGTH 256
#define BPFLEAK_PATH_LENGTH 4096
/* The most of a user stack that one record holds: a per-CPU map value ends at 32 KiB. */
#define BPFLEAK_STACK_MOST 28672
#define BPFLEAK_STACK_REGISTERS 12

/* What a record says. The past tense is what has happened; -ING is what a call is about to do,
 * written before it takes effect, because another thread can reuse the address at once. */
enum bpfleak_kind {
	BPFLEAK_MAPPED = 1,	   /* mmap of anonymous memory returned an address */
	BPFLEAK_MAPPED_FILE = 2,   /* mmap of a file returned an address */
	BPFLEAK_UNMAPPING = 3,	   /* munmap was entered */
	BPFLEAK_UNMAP_FAILED = 4,  /* that thread's munmap returned an error */
	BPFLEAK_REMAPPING = 5,	   /* mremap was entered */
	BPFLEAK_REMAPPED = 6,	   /* mremap returned, an address or an error */
	BPFLEAK_PROTECTED = 7,	   /* mprotect or pkey_mprotect returned, 0 or an error */
	BPFLEAK_BREAK_SET = 8,	   /* brk returned */
	BPFLEAK_ATTACHED = 9,	   /* shmat returned an address */
	BPFLEAK_DETACHING = 10,	   /* shmdt was entered */
	BPFLEAK_TASK_CREATED = 11, /* clone, fork or vfork, of whatever flavor */
	BPFLEAK_EXECED = 12,	   /* execve succeeded */
	BPFLEAK_TASK_EXITED = 13,  /* a thread has ended */
	BPFLEAK_SPACE_ENDED = 14,  /* an address space was taken down */
	BPFLEAK_RENAMED = 15,	   /* a thread's name changed */
	BPFLEAK_UNSURE = 16,	   /* a call changed the range in a way only the kernel knows */
	BPFLEAK_STACK = 17,	   /* a user stack not seen before; the next records may have its id */
	BPFLEAK_KIND_COUNT = 18,
};

struct bpfleak_header {
	__u16 kind;   /* enum bpfleak_kind */
	__u16 length; /* of the whole record, in bytes */
	__s32 stack;  /* id of the user stack, or -1 */
	__u32 pid;    /* thread group id, in the tracer's pid namespace */
	__u32 tid;
	__u64 when_ns;
	__u64 space; /* the kernel's address of the mm_struct; 0 when the task has let go of it */
};

struct bpfleak_mapped {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes; /* as passed; the kernel rounds up */
	__u32 prot;
	__u32 flags; /* MAP_* */
	__u64 reserved;
};

struct bpfleak_mapped_file {
	struct bpfleak_mapped mapped;
	__u64 offset; /* in the file, in bytes */
	__u64 inode;
	__u32 device;	 /* the kernel's dev_t: major << 20 | minor */
	__s32 fd;
	__u32 page_bytes; /* of a hugetlbfs file, else 0 */
	__u32 generation; /* of the inode: its number is used again when the file is gone */
};

struct bpfleak_unmapping {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
};

struct bpfleak_unmap_failed {
	struct bpfleak_header header;
	__s64 result;
};

struct bpfleak_remapping {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
};

struct bpfleak_remapped {
	struct bpfleak_header header;
	__u64 old_address;
	__u64 old_bytes;
	__u64 new_bytes;
	__u64 new_address; /* as asked for; means something with MREMAP_FIXED */
	__u64 flags;	   /* MREMAP_* */
	__s64 result;	   /* an address, or -errno */
};

struct bpfleak_protected {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
	__u64 prot;
	__s64 result;
};

struct bpfleak_break_set {
	struct bpfleak_header header;
	__u64 start_brk;
	__u64 brk; /* the kernel's own at the return of the call, not the call's argument */
};

struct bpfleak_attached {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes; /* 0 when the kernel has no bpf_find_vma */
	__u32 shmid;
	__u32 prot;
	__u64 inode;
	__u32 device;
	__u32 generation;
};

struct bpfleak_detaching {
	struct bpfleak_header header;
	__u64 address;
};

/* What the kernel counts about an address space. */
struct bpfleak_space_totals {
	__u64 total_pages; /* mm->total_vm */
	__u64 start_brk;
	__u64 brk;
	__u64 start_stack;
	__u64 vdso;
	__u32 map_count;
	__u32 task_bits; /* 32 for a compat address space, else 64 */
};

struct bpfleak_task_created {
	struct bpfleak_header header; /* of the parent */
	__u64 flags;		      /* CLONE_* */
	__u64 child_space;
	__u64 child_sp;	 /* user stack pointer the child starts with */
	__u64 parent_sp; /* equal to child_sp when no stack was passed */
	__u32 child_pid;
	__u32 child_tid;
	char comm[BPFLEAK_COMM_LENGTH];
	struct bpfleak_space_totals totals; /* of the child's space */
};

struct bpfleak_execed {
	struct bpfleak_header header; /* space is the new one */
	__u32 old_tid;		      /* the thread that called execve; it takes over the pid */
	__u32 reserved;
	char comm[BPFLEAK_COMM_LENGTH];
	struct bpfleak_space_totals totals;
	char exe[BPFLEAK_EXE_LENGTH]; /* the file name as passed, cut when longer */
};

struct bpfleak_task_exited {
	struct bpfleak_header header;
	__u32 last;	  /* no thread of the process is left */
	__u32 group_exit; /* it ends because the whole process does */
	__u32 code;	  /* as wait(2) gives it */
	__u32 reserved;
};

struct bpfleak_space_ended {
	struct bpfleak_header header; /* pid and tid are whoever held the last reference */
};

struct bpfleak_renamed {
	struct bpfleak_header header;
	char comm[BPFLEAK_COMM_LENGTH];
	__u32 leaves_scope; /* the process was there for its name */
	__u32 reserved;
};

struct bpfleak_unsure {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes; /* 0: anywhere in the space */
	__u64 syscall;
};

/* What unwinding needs, of a user stack that no record before had: header.stack is its id. */
struct bpfleak_stack {
	struct bpfleak_header header;
	__u64 ip;
	__u64 sp;
	/* What a callee saves. x86_64: rbx, rbp, r12 to r15; arm64: x19 to x30. */
	__u64 registers[BPFLEAK_STACK_REGISTERS];
	__u64 fingerprint; /* key of stack_ids: deleting it there has the stack sent again */
	__u32 bytes;  /* that many follow */
	__u32 format; /* enum bpfleak_stack_format */
};

enum bpfleak_stack_format {
	BPFLEAK_STACK_COPY = 0,	      /* the stack itself, from sp up, to where it ends */
	BPFLEAK_STACK_CUT_COPY = 1,   /* the same, as far as it was wanted: there is more */
	BPFLEAK_STACK_ADDRESSES = 2,  /* what following frame pointers gave: 64-bit addresses */
	BPFLEAK_STACK_UNREADABLE = 3, /* nothing: the memory was not there */
};

/* What is known about the code of a space, and what its stacks have cost. Value of spaces_code. */
struct bpfleak_space_code {
	__u64 lowest;	    /* lowest executable mapping outside of the program's own file */
	__u64 window_ns;    /* since when `shipped` counts */
	__u32 shipped;	    /* stacks sent in this window */
	__u32 stack_bytes;  /* how much to copy of each; 0: the run's own measure */
};

/* What the iterators write, one after another, to a file that the loader reads. */
struct bpfleak_task {
	__u64 space; /* 0 for a kernel thread or a task that has let go of it */
	__u64 sp;    /* user stack pointer at its last entry into the kernel */
	__u64 start_ns;
	__u32 pid;
	__u32 tid;
	__u32 parent_pid;
	__u32 pid_ns_inode; /* of the innermost pid namespace the task is in */
	__u32 pid_ns_level;
	__u32 own_pid; /* pid in that innermost namespace */
	char comm[BPFLEAK_COMM_LENGTH];
	struct bpfleak_space_totals totals;
};

struct bpfleak_vma {
	__u64 space;
	__u64 start;
	__u64 end;
	__u64 flags; /* VM_*: the low four are read, write, exec, shared */
	__u64 offset; /* in the file, in bytes */
	__u64 inode;
	__u32 device;
	__u32 page_bytes; /* of hugetlb memory, else 0 */
	__u32 generation;
	__u16 path_length; /* that many bytes follow, padded to 8 */
	__u16 has_file;
};

enum bpfleak_scope {
	BPFLEAK_SCOPE_SYSTEM = 0,
	BPFLEAK_SCOPE_SPACES = 1, /* the keys of the map scope_spaces */
};

/* Why a process or a space is in scope: the values of scope_pids and scope_spaces. */
enum bpfleak_why {
	BPFLEAK_ASKED_FOR = 1,
	BPFLEAK_SHARES_SPACE = 2, /* until it executes a program */
};

/* Constants of one run, set before the program is loaded so that the verifier removes what they
 * rule out. */
struct bpfleak_config {
	__u32 scope;	   /* enum bpfleak_scope */
	__u32 own_pid;	   /* left out of everything */
	__u32 follow;	   /* children of what is in scope are in scope */
	__u32 by_comm;	   /* what takes the name comm comes into scope, what drops it leaves */
	__u32 by_cgroup;   /* tasks below cgroups[0] are in scope */
	__u32 wake_bytes;  /* wake the reader when so much is waiting */
	__u32 page_shift;
	__u32 by_pid;	   /* spaces are not known beforehand: those of scope_pids are in scope */
	__u32 stacks;	   /* enum bpfleak_stacks */
	__u32 stack_bytes; /* how much of a stack to copy */
	__u64 quiet_ns;	   /* no stacks of a process younger than that: most are gone soon */
	__u32 stack_window_most; /* new stacks of one space in 100 ms */
	__u32 ring_bytes;
	__u32 has_loop;	   /* the kernel has bpf_loop */
	__u32 wake_stacks; /* a new stack wakes the reader: its process may be gone soon */
	char comm[BPFLEAK_COMM_LENGTH];
};

enum bpfleak_stacks {
	BPFLEAK_STACKS_NONE = 0,
	BPFLEAK_STACKS_AUTO = 1, /* registers and a copy of the stack */
	BPFLEAK_STACKS_FP = 2,	 /* frame pointers */
};

/* State shared with the loader through a memory-mapped map. */
struct bpfleak_shared {
	__u64 lost[BPFLEAK_KIND_COUNT]; /* records that found the ring full, by kind */
	__u64 lost_spaces_overflow;	/* losses whose space could not be noted */
	__u32 pid_ns_inode;		/* 0: pids are those of the first namespace */
	__u32 pid_ns_level;
	__u32 next_stack;    /* ids given so far */
	__u32 reader_waits;  /* the reader sleeps until the next record */
	__u64 stacks_unsent; /* new stacks that were too many or found the ring half full */
};

#define BPFLEAK_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), "layout changed: bump BPFLEAK_WIRE_VERSION")

BPFLEAK_ASSERT_SIZE(bpfleak_header, 32);
BPFLEAK_ASSERT_SIZE(bpfleak_mapped, 64);
BPFLEAK_ASSERT_SIZE(bpfleak_mapped_file, 96);
BPFLEAK_ASSERT_SIZE(bpfleak_unmapping, 48);
BPFLEAK_ASSERT_SIZE(bpfleak_unmap_failed, 40);
BPFLEAK_ASSERT_SIZE(bpfleak_remapping, 48);
BPFLEAK_ASSERT_SIZE(bpfleak_remapped, 80);
BPFLEAK_ASSERT_SIZE(bpfleak_protected, 64);
BPFLEAK_ASSERT_SIZE(bpfleak_break_set, 48);
BPFLEAK_ASSERT_SIZE(bpfleak_attached, 72);
BPFLEAK_ASSERT_SIZE(bpfleak_detaching, 40);
BPFLEAK_ASSERT_SIZE(bpfleak_space_totals, 48);
BPFLEAK_ASSERT_SIZE(bpfleak_task_created, 136);
BPFLEAK_ASSERT_SIZE(bpfleak_execed, 360);
BPFLEAK_ASSERT_SIZE(bpfleak_task_exited, 48);
BPFLEAK_ASSERT_SIZE(bpfleak_space_ended, 32);
BPFLEAK_ASSERT_SIZE(bpfleak_renamed, 56);
BPFLEAK_ASSERT_SIZE(bpfleak_unsure, 56);
BPFLEAK_ASSERT_SIZE(bpfleak_task, 112);
BPFLEAK_ASSERT_SIZE(bpfleak_vma, 64);
BPFLEAK_ASSERT_SIZE(bpfleak_stack, 160);
BPFLEAK_ASSERT_SIZE(bpfleak_space_code, 24);
BPFLEAK_ASSERT_SIZE(bpfleak_config, 80);
BPFLEAK_ASSERT_SIZE(bpfleak_shared, 176);

#endif
