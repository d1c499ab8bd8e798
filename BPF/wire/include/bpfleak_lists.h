/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* What the iterators write, one entry after another, to a file that the loader reads. */
#ifndef BPFLEAK_LISTS_H
#define BPFLEAK_LISTS_H

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
BPFLEAK_ASSERT_SIZE(bpfleak_task, 112);

struct bpfleak_vma {
	__u64 space;
	__u64 start;
	__u64 end;
	__u64 flags;  /* VM_*: the low four are read, write, exec, shared */
	__u64 offset; /* in the file, in bytes */
	__u64 inode;
	__u32 device;
	__u32 page_bytes; /* of hugetlb memory, else 0 */
	__u32 generation;
	__u16 path_length; /* that many bytes follow, padded to 8 */
	__u16 has_file;
};
BPFLEAK_ASSERT_SIZE(bpfleak_vma, 64);

#endif
