/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* What the loader sets for one run, and what both sides share while it runs. */
#ifndef BPFLEAK_RUN_H
#define BPFLEAK_RUN_H

enum bpfleak_scope {
	BPFLEAK_SCOPE_SYSTEM = 0,
	BPFLEAK_SCOPE_SPACES = 1, /* the keys of the map scope_spaces */
};

/* Why a process or a space is in scope: the values of scope_pids and scope_spaces. */
enum bpfleak_why {
	BPFLEAK_ASKED_FOR = 1,
	BPFLEAK_SHARES_SPACE = 2, /* until it executes a program */
};

enum bpfleak_call_paths {
	BPFLEAK_CALL_PATHS_NONE = 0,
	BPFLEAK_CALL_PATHS_AUTO = 1, /* registers and a copy of the user stack */
	BPFLEAK_CALL_PATHS_FP = 2,   /* frame pointers */
};

/* Constants of one run. The loader sets them before it loads the programs, so that the verifier
 * removes the code that they rule out. */
struct bpfleak_config {
	__u32 scope;	  /* enum bpfleak_scope */
	__u32 own_pid;	  /* left out of everything */
	__u32 follow;	  /* children of a process in scope are in scope */
	__u32 by_comm;	  /* a process is in scope while its name is `comm` */
	__u32 by_cgroup;  /* tasks below cgroups[0] are in scope */
	__u32 wake_bytes; /* wake the reader when so much is waiting */
	__u32 page_shift;
	__u32 by_pid;	   /* spaces are not known beforehand: those of scope_pids are in scope */
	__u32 call_paths;  /* enum bpfleak_call_paths */
	__u32 stack_bytes; /* how much of a user stack to copy */
	__u64 quiet_ns;	   /* no call paths of a process younger than that: most are gone soon */
	__u32 new_call_paths_most; /* of one space in 100 ms */
	__u32 ring_bytes;
	__u32 has_loop;	       /* the kernel has bpf_loop */
	__u32 wake_call_paths; /* a new call path wakes the reader: its process may be gone soon */
	char comm[BPFLEAK_COMM_LENGTH];
};
BPFLEAK_ASSERT_SIZE(bpfleak_config, 80);

/* State shared with the loader through a memory-mapped map. */
struct bpfleak_shared {
	__u64 lost[BPFLEAK_KIND_COUNT]; /* records that found the ring full, by kind */
	__u64 lost_spaces_overflow;	/* losses whose space could not be noted */
	__u32 pid_ns_inode;		/* 0: pids are those of the first namespace */
	__u32 pid_ns_level;
	__u32 next_call_path;	  /* ids given so far */
	__u32 reader_waits;	  /* the reader sleeps until the next record */
	__u64 call_paths_unsent; /* new ones that were too many or found the ring half full */
};
BPFLEAK_ASSERT_SIZE(bpfleak_shared, 176);

/* What is known about the code of a space, and how much its call paths have cost. Value of
 * spaces_code. */
struct bpfleak_space_code {
	__u64 lowest;	   /* lowest executable mapping outside of the program's own file */
	__u64 window_ns;   /* since when `shipped` counts */
	__u32 shipped;	   /* new call paths sent in this window */
	__u32 stack_bytes; /* how much of each user stack to copy; 0: as the run's stack_bytes says */
};
BPFLEAK_ASSERT_SIZE(bpfleak_space_code, 24);

#endif
