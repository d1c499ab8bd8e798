/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the call path of the current task an id. The first time, it also sends what unwinding needs. */
#ifndef BPFLEAK_CALL_PATH_H
#define BPFLEAK_CALL_PATH_H

#define FRAMES_MOST 64

/* Fingerprints that were sent, with their ids. A call path that was forgotten is sent again under a
 * new id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, __u32);
} call_path_ids SEC(".maps");

/* The call paths of clones that are under way, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __s32);
} clone_call_paths SEC(".maps");

static __always_inline void save_registers(struct bpfleak_stack *record, struct pt_regs *regs)
{
	record->ip = BPFLEAK_IP(regs);
	record->sp = BPFLEAK_SP(regs);
#if defined(__TARGET_ARCH_x86)
	record->registers[0] = regs->bx;
	record->registers[1] = regs->bp;
	record->registers[2] = regs->r12;
	record->registers[3] = regs->r13;
	record->registers[4] = regs->r14;
	record->registers[5] = regs->r15;
#elif defined(__TARGET_ARCH_arm64)
	for (int i = 0; i < BPFLEAK_STACK_REGISTERS; i++)
		record->registers[i] = regs->regs[19 + i];
#endif
}

/* The id of the call path that `caller` made its call from, at `now`; -1 when it gets none. */
static __always_inline __s32 call_path_of(void *context, struct caller *caller, __u64 now)
{
	struct bpfleak_space_code *code;
	struct stack_scratch *scratch;
	struct task_struct *task = caller->task;
	struct mm_struct *mm = task->mm;
	struct fingerprint print = {};
	__u64 bytes;
	__u32 *known, id, zero = 0;

	if (!bpfleak_config.call_paths || !mm)
		return -1;
	if (bpfleak_config.quiet_ns &&
	    now - task->group_leader->start_time < bpfleak_config.quiet_ns)
		return -1;
	scratch = bpf_map_lookup_elem(&stack_scratch, &zero);
	if (!scratch)
		return -1;
	scratch->record.header.space = caller->space;
	save_registers(&scratch->record, caller->regs);
	code = bpf_map_lookup_elem(&spaces_code, &caller->space);
	if (bpfleak_config.call_paths == BPFLEAK_CALL_PATHS_FP) {
		long got;

		/* The rest of a short one's only chunk must not come from another call path. */
		__builtin_memset(scratch->copy, 0, CHUNK_BYTES);
		got = bpf_get_stack(context, scratch->copy, FRAMES_MOST * 8, BPF_F_USER_STACK);
		bytes = got < 0 ? 0 : got;
		scratch->record.format = BPFLEAK_STACK_ADDRESSES;
		print.program = 1;
		print.mapped = 1;
		print.mapped_bytes = ~0ull;
	} else {
		bytes = code && code->stack_bytes ? code->stack_bytes : bpfleak_config.stack_bytes;
		bytes = bpfleak_copy_stack(BPFLEAK_SP(caller->regs), mm->start_stack, bytes);
		print.program = mm->start_code;
		print.program_bytes = mm->end_code - mm->start_code;
		print.mapped = code ? code->lowest : 0x10000;
		print.mapped_bytes = mm->mmap_base - print.mapped;
	}
	bytes = bounded(bytes);
	print.lowest = print.program < print.mapped ? print.program : print.mapped;
	print.span = print.mapped + print.mapped_bytes - print.lowest;
	print.bytes = bytes;
	/* The unwinder gets as far as the copy reaches, so a deeper copy is another call path. */
	print.hash = (__u64)(code ? code->stack_bytes : 0) << 40;
	print.hash = bpfleak_fingerprint(&print);
	known = bpf_map_lookup_elem(&call_path_ids, &print.hash);
	if (known)
		return *known;
	if (!may_send(code, now)) {
		__sync_fetch_and_add(&bpfleak_shared.call_paths_unsent, 1);
		return -1;
	}
	id = __sync_fetch_and_add(&bpfleak_shared.next_call_path, 1);
	scratch->record.header.kind = BPFLEAK_STACK;
	scratch->record.header.length = sizeof(struct bpfleak_stack) + bytes;
	scratch->record.header.stack = id;
	scratch->record.header.pid = caller->pid;
	scratch->record.header.tid = caller->tid;
	scratch->record.header.when_ns = now;
	scratch->record.fingerprint = print.hash;
	scratch->record.bytes = bytes;
	if (bpf_ringbuf_output(&ring, scratch, sizeof(struct bpfleak_stack) + bytes,
			       bpfleak_config.wake_call_paths ? BPF_RB_FORCE_WAKEUP
							      : BPF_RB_NO_WAKEUP)) {
		__sync_fetch_and_add(&bpfleak_shared.call_paths_unsent, 1);
		return -1;
	}
	bpf_map_update_elem(&call_path_ids, &print.hash, &id, BPF_ANY);
	return id;
}

static __always_inline void note_clone(struct task_struct *task, __s32 call_path)
{
	__u32 thread = task->pid;

	bpf_map_update_elem(&clone_call_paths, &thread, &call_path, BPF_ANY);
}

/* What `note_clone` noted last, once; -1 when it noted nothing. */
static __always_inline __s32 take_clone(struct task_struct *task)
{
	__u32 thread = task->pid;
	__s32 *known, call_path;

	if (!bpfleak_config.call_paths)
		return -1;
	known = bpf_map_lookup_elem(&clone_call_paths, &thread);
	if (!known)
		return -1;
	call_path = *known;
	bpf_map_delete_elem(&clone_call_paths, &thread);
	return call_path;
}

#endif
