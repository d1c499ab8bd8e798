/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sends records that carry a call path.
 *
 * BEGIN makes such a record apart from the ring, and `send` hands it to `send_with_call_path` by a
 * tail call. The verifier takes longer over that program than over all others together, so it is one
 * program and not a part of each. A run without call paths makes its records in the ring at once.
 */
#ifndef BPFLEAK_SEND_H
#define BPFLEAK_SEND_H

/* The record that is being made. One for each processor is enough: programs on system calls do not
 * interrupt each other. */
struct pending {
	struct bpfleak_header header;
	__u8 rest[sizeof(struct bpfleak_mapped_file) - sizeof(struct bpfleak_header)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pending);
} pending_record SEC(".maps");

int send_with_call_path(struct syscall_exit *context);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(void *));
} continuations SEC(".maps") = {
	.values = {(void *)&send_with_call_path},
};

static __always_inline void *begin(struct caller *caller, __u16 kind, __u16 length)
{
	struct pending *pending;
	__u32 zero = 0;

	if (!bpfleak_config.call_paths)
		return reserve(kind, length, caller->space, caller->pid, caller->tid);
	pending = bpf_map_lookup_elem(&pending_record, &zero);
	if (!pending)
		return 0;
	fill_header(&pending->header, kind, length, caller->space, caller->pid, caller->tid);
	return pending;
}

#define BEGIN(caller, KIND, type)                                                                  \
	((struct type *)({                                                                         \
		_Static_assert(sizeof(struct type) <= sizeof(struct pending), "too large");        \
		begin(caller, KIND, sizeof(struct type));                                          \
	}))

static __always_inline int send(void *context, void *record)
{
	struct bpfleak_header *header = record;

	if (!bpfleak_config.call_paths) {
		submit(record);
		return 0;
	}
	bpf_tail_call(context, &continuations, 0);
	/* A tail call that works does not return. */
	count_loss(header->kind, header->space);
	return 0;
}

/* The break as it is once the record has its place in the ring, and not the result of the call. When
 * two threads race, the later record then holds the final value. */
static __always_inline void submit_break(struct bpfleak_break_set *record, struct caller *caller,
					 struct syscall_exit *context)
{
	struct mm_struct *mm = caller->task->mm;
	__u64 brk = mm ? mm->brk : 0, set = context->result;

	record->start_brk = mm ? mm->start_brk : 0;
	record->brk = brk;
	submit(record);
	/* Another thread has raised the break since. The memory between is new, and changes of the
	 * old memory there are undone. */
	if (set < brk)
		emit_unsure(caller, set, brk - set, context->number);
}

SEC("tracepoint")
int send_with_call_path(struct syscall_exit *context)
{
	struct bpfleak_break_set *record;
	struct pending *pending;
	struct caller caller;
	__u32 zero = 0;
	__u64 length;

	pending = bpf_map_lookup_elem(&pending_record, &zero);
	if (!pending)
		return 0;
	caller.task = bpf_get_current_task_btf();
	caller.regs = (struct pt_regs *)bpf_task_pt_regs(caller.task);
	caller.space = pending->header.space;
	caller.pid = pending->header.pid;
	caller.tid = pending->header.tid;
	pending->header.stack = call_path_of(context, &caller, pending->header.when_ns);
	if (pending->header.kind == BPFLEAK_TASK_CREATED) {
		note_clone(caller.task, pending->header.stack);
		return 0;
	}
	if (pending->header.kind == BPFLEAK_BREAK_SET) {
		record = RESERVE(&caller, BPFLEAK_BREAK_SET, bpfleak_break_set);
		if (!record)
			return 0;
		record->header.stack = pending->header.stack;
		submit_break(record, &caller, context);
		return 0;
	}
	length = pending->header.length;
	asm volatile("" : "+r"(length));
	if (length > sizeof(*pending))
		return 0;
	if (bpf_ringbuf_output(&ring, pending, length, wake_flags(pending->header.when_ns)))
		count_loss(pending->header.kind, caller.space);
	return 0;
}

#endif
