/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* The bytes that the BPF programs write and Swift reads. Both sides include this one header.
 *
 * Integers are in the machine's byte order. Addresses and lengths are in bytes. Times are in
 * nanoseconds of CLOCK_MONOTONIC. Whoever changes a layout changes BPFLEAK_WIRE_VERSION.
 */
#ifndef BPFLEAK_WIRE_H
#define BPFLEAK_WIRE_H

#include <linux/types.h>

#define BPFLEAK_WIRE_VERSION 4
#define BPFLEAK_COMM_LENGTH 16
#define BPFLEAK_EXE_LENGTH 256
#define BPFLEAK_PATH_LENGTH 4096

#define BPFLEAK_ASSERT_SIZE(type, size)                                                            \
	_Static_assert(sizeof(struct type) == (size), "layout changed: bump BPFLEAK_WIRE_VERSION")

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
BPFLEAK_ASSERT_SIZE(bpfleak_space_totals, 48);

/* What the ring carries. */
#include "bpfleak_records.h"
/* What the iterators write. */
#include "bpfleak_lists.h"
/* What the loader sets, and what both sides share while the programs run. */
#include "bpfleak_run.h"

#endif
