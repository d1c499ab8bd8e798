/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* The records of the ring. Each starts with a struct bpfleak_header and is a multiple of 8 bytes. */
#ifndef BPFLEAK_RECORDS_H
#define BPFLEAK_RECORDS_H

/* What a record says. The past tense is what has happened. -ING is what a call is about to do:
 * that record is written before the call takes effect, because another thread can reuse the
 * address at once. */
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
	BPFLEAK_TASK_CREATED = 11, /* clone, fork or vfork, of any flavor */
	BPFLEAK_EXECED = 12,	   /* execve succeeded */
	BPFLEAK_TASK_EXITED = 13,  /* a thread has ended */
	BPFLEAK_SPACE_ENDED = 14,  /* an address space was taken down */
	BPFLEAK_RENAMED = 15,	   /* a thread's name changed */
	BPFLEAK_UNSURE = 16,	   /* a call changed the range in a way only the kernel knows */
	BPFLEAK_STACK = 17,	   /* a new call path; the next records may carry its id */
	BPFLEAK_KIND_COUNT = 18,
};

struct bpfleak_header {
	__u16 kind;   /* enum bpfleak_kind */
	__u16 length; /* of the whole record, in bytes */
	__s32 stack;  /* id of the call path, or -1 */
	__u32 pid;    /* thread group id, in the tracer's pid namespace */
	__u32 tid;
	__u64 when_ns;
	__u64 space; /* the kernel's address of the mm_struct; 0 when the task has let go of it */
};
BPFLEAK_ASSERT_SIZE(bpfleak_header, 32);

struct bpfleak_mapped {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes; /* as passed; the kernel rounds up */
	__u32 prot;
	__u32 flags; /* MAP_* */
	__u64 reserved;
};
BPFLEAK_ASSERT_SIZE(bpfleak_mapped, 64);

struct bpfleak_mapped_file {
	struct bpfleak_mapped mapped;
	__u64 offset; /* in the file, in bytes */
	__u64 inode;
	__u32 device; /* the kernel's dev_t: major << 20 | minor */
	__s32 fd;
	__u32 page_bytes; /* of a hugetlbfs file, else 0 */
	__u32 generation; /* of the inode: its number is used again when the file is gone */
};
BPFLEAK_ASSERT_SIZE(bpfleak_mapped_file, 96);

struct bpfleak_unmapping {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
};
BPFLEAK_ASSERT_SIZE(bpfleak_unmapping, 48);

struct bpfleak_unmap_failed {
	struct bpfleak_header header;
	__s64 result;
};
BPFLEAK_ASSERT_SIZE(bpfleak_unmap_failed, 40);

struct bpfleak_remapping {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
};
BPFLEAK_ASSERT_SIZE(bpfleak_remapping, 48);

struct bpfleak_remapped {
	struct bpfleak_header header;
	__u64 old_address;
	__u64 old_bytes;
	__u64 new_bytes;
	__u64 new_address; /* as asked for; means something with MREMAP_FIXED */
	__u64 flags;	   /* MREMAP_* */
	__s64 result;	   /* an address, or -errno */
};
BPFLEAK_ASSERT_SIZE(bpfleak_remapped, 80);

struct bpfleak_protected {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes;
	__u64 prot;
	__s64 result;
};
BPFLEAK_ASSERT_SIZE(bpfleak_protected, 64);

struct bpfleak_break_set {
	struct bpfleak_header header;
	__u64 start_brk;
	__u64 brk; /* the kernel's own when the call returns, not the call's argument */
};
BPFLEAK_ASSERT_SIZE(bpfleak_break_set, 48);

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
BPFLEAK_ASSERT_SIZE(bpfleak_attached, 72);

struct bpfleak_detaching {
	struct bpfleak_header header;
	__u64 address;
};
BPFLEAK_ASSERT_SIZE(bpfleak_detaching, 40);

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
BPFLEAK_ASSERT_SIZE(bpfleak_task_created, 136);

struct bpfleak_execed {
	struct bpfleak_header header; /* space is the new one */
	__u32 old_tid;		      /* the thread that called execve; it takes over the pid */
	__u32 reserved;
	char comm[BPFLEAK_COMM_LENGTH];
	struct bpfleak_space_totals totals;
	char exe[BPFLEAK_EXE_LENGTH]; /* the file name as passed, cut when longer */
};
BPFLEAK_ASSERT_SIZE(bpfleak_execed, 360);

struct bpfleak_task_exited {
	struct bpfleak_header header;
	__u32 last;	  /* no thread of the process is left */
	__u32 group_exit; /* it ends because the whole process does */
	__u32 code;	  /* as wait(2) gives it */
	__u32 reserved;
};
BPFLEAK_ASSERT_SIZE(bpfleak_task_exited, 48);

struct bpfleak_space_ended {
	struct bpfleak_header header; /* pid and tid are 0: anyone may drop the last reference */
};
BPFLEAK_ASSERT_SIZE(bpfleak_space_ended, 32);

struct bpfleak_renamed {
	struct bpfleak_header header;
	char comm[BPFLEAK_COMM_LENGTH];
	__u32 leaves_scope; /* the process was in scope for its name */
	__u32 reserved;
};
BPFLEAK_ASSERT_SIZE(bpfleak_renamed, 56);

struct bpfleak_unsure {
	struct bpfleak_header header;
	__u64 address;
	__u64 bytes; /* 0: anywhere in the space */
	__u64 syscall;
};
BPFLEAK_ASSERT_SIZE(bpfleak_unsure, 56);

/* The most of a user stack that one record holds: a per-CPU map value ends at 32 KiB. */
#define BPFLEAK_STACK_MOST 28672
#define BPFLEAK_STACK_REGISTERS 12

/* A call path that no record before had, as what unwinding it needs. header.stack is its id. */
struct bpfleak_stack {
	struct bpfleak_header header;
	__u64 ip;
	__u64 sp;
	/* What a callee saves. x86_64: rbx, rbp, r12 to r15; arm64: x19 to x30. */
	__u64 registers[BPFLEAK_STACK_REGISTERS];
	__u64 fingerprint; /* key of call_path_ids: once it is deleted there, the path is sent again */
	__u32 bytes;	   /* that many follow */
	__u32 format;	   /* enum bpfleak_stack_format */
};
BPFLEAK_ASSERT_SIZE(bpfleak_stack, 160);

enum bpfleak_stack_format {
	BPFLEAK_STACK_COPY = 0,	      /* the user stack itself, from sp up to its end */
	BPFLEAK_STACK_CUT_COPY = 1,   /* the same, cut at the wanted length: there is more */
	BPFLEAK_STACK_ADDRESSES = 2,  /* 64-bit addresses, found by frame pointers */
	BPFLEAK_STACK_UNREADABLE = 3, /* nothing: the memory was not there */
};

#endif
