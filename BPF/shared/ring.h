/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writing records to the ring, and counting the ones that find it full. */
#ifndef BPFLEAK_RING_H
#define BPFLEAK_RING_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

/* Which spaces lost records since the loader last looked. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} lost_spaces SEC(".maps");

static __always_inline void count_loss(__u16 kind, __u64 space)
{
	__u64 one = 1, *count;

	if (kind < BPFLEAK_KIND_COUNT)
		__sync_fetch_and_add(&bpfleak_shared.lost[kind], 1);
	count = bpf_map_lookup_elem(&lost_spaces, &space);
	if (count)
		__sync_fetch_and_add(count, 1);
	else if (bpf_map_update_elem(&lost_spaces, &space, &one, BPF_ANY))
		__sync_fetch_and_add(&bpfleak_shared.lost_spaces_overflow, 1);
}

static __always_inline void fill_header(struct bpfleak_header *header, __u16 kind, __u16 length,
					__u64 space, __u32 pid, __u32 tid)
{
	header->kind = kind;
	header->length = length;
	header->stack = -1;
	header->pid = pid;
	header->tid = tid;
	header->when_ns = bpf_ktime_get_ns();
	header->space = space;
}

static __always_inline void *reserve(__u16 kind, __u16 length, __u64 space, __u32 pid, __u32 tid)
{
	struct bpfleak_header *header = bpf_ringbuf_reserve(&ring, length, 0);

	if (!header) {
		count_loss(kind, space);
		return 0;
	}
	fill_header(header, kind, length, space, pid, tid);
	return header;
}

/* A record without a call path, of the caller of a system call. */
#define RESERVE(caller, KIND, type)                                                                \
	((struct type *)reserve(KIND, sizeof(struct type), (caller)->space, (caller)->pid,         \
				(caller)->tid))

/* Whether a record wakes the reader.
 *
 * A wake-up costs more than a record. So the reader polls while there are records, and is woken
 * early only when many wait. Asking the ring how many wait costs a tenth of a record, so only the
 * records of one sixteenth of the time ask. */
static __always_inline __u64 wake_flags(__u64 when_ns)
{
	if (bpfleak_shared.reader_waits) {
		bpfleak_shared.reader_waits = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (!(when_ns >> 8 & 15) &&
	    bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > bpfleak_config.wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

static __always_inline void submit(void *record)
{
	bpf_ringbuf_submit(record, wake_flags(((struct bpfleak_header *)record)->when_ns));
}

/* Tells that only the kernel knows what a call did to these bytes; 0 bytes: to the whole space. */
static __always_inline void emit_unsure(struct caller *caller, __u64 address, __u64 bytes,
					__u64 syscall)
{
	struct bpfleak_unsure *record = RESERVE(caller, BPFLEAK_UNSURE, bpfleak_unsure);

	if (!record)
		return;
	record->address = address;
	record->bytes = bytes;
	record->syscall = syscall;
	submit(record);
}

static __always_inline int failed(__s64 result)
{
	return (__u64)result >= (__u64)-MAX_ERRNO;
}

/* Whether memory of this task that may be read may also be executed: its program asked for that
 * with personality(2). */
static __always_inline int implies_exec(struct task_struct *task)
{
	return (task->personality & READ_IMPLIES_EXEC) != 0;
}

static __always_inline void fill_totals(struct bpfleak_space_totals *totals, struct mm_struct *mm)
{
	totals->total_pages = BPF_CORE_READ(mm, total_vm);
	totals->start_brk = BPF_CORE_READ(mm, start_brk);
	totals->brk = BPF_CORE_READ(mm, brk);
	totals->start_stack = BPF_CORE_READ(mm, start_stack);
	totals->vdso = (__u64)BPF_CORE_READ(mm, context.vdso);
	totals->map_count = BPF_CORE_READ(mm, map_count);
	totals->task_bits = BPF_CORE_READ(mm, task_size) <= (1ull << 32) ? 32 : 64;
}

#endif
