/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the user stack of the current task an id, and sends what unwinding it needs the first time.
 *
 * Debian's libraries have no frame pointers, so that the kernel's own unwinder stops in the C library.
 * A copy of the stack can be unwound later. It is told from others by a fingerprint over the words in
 * it that can be code addresses: equal fingerprints have equal return addresses, so nothing is
 * confused; unequal ones of one call path cost a second unwinding and no more.
 */
#ifndef BPFLEAK_USER_STACK_H
#define BPFLEAK_USER_STACK_H

#define STACK_WINDOW_NS 100000000
#define STACK_FRAMES 64
#define PAGE_BYTES 4096ull
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ull

struct stack_scratch {
	struct bpfleak_stack record;
	__u8 copy[BPFLEAK_STACK_MOST];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack_scratch);
} stack_scratch SEC(".maps");

/* Fingerprints sent, with their ids. One that was forgotten is sent again under a new id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, __u32);
} stack_ids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct bpfleak_space_code);
} spaces_code SEC(".maps");

/* A fingerprint that is being made. Code can be in the program's own file, and from the lowest
 * executable mapping up to where mappings begin: what the heap and other threads' stacks hold is left
 * out by that. */
struct fingerprint {
	__u64 hash;
	/* From the lowest to the highest address of both ranges below. */
	__u64 lowest;
	__u64 span;
	__u64 program;
	__u64 program_bytes;
	__u64 mapped;
	__u64 mapped_bytes;
	__u64 bytes;
	struct stack_scratch *scratch;	/* null until it is made */
};

#define CHUNK_WORDS 64
#define CHUNK_BYTES (CHUNK_WORDS * 8)

static __always_inline __u64 take_word(__u64 hash, __u64 word, struct fingerprint *print)
{
	/* Most are numbers or lie in the stack: one comparison for those. */
	if (word - print->lowest < print->span &&
	    (word - print->program < print->program_bytes ||
	     word - print->mapped < print->mapped_bytes)) {
		hash = (hash ^ word) * GOLDEN_RATIO;
		hash ^= hash >> 29;
	}
	return hash;
}

/* In chunks: a call for each word would cost more than the word, one loop over all of them would keep
 * the verifier busy for most of a second. The last chunk ends where the copy does and overlaps the one
 * before it; words that come twice do no harm. */
static long take_chunk(__u32 index, struct fingerprint *print)
{
	__u64 start = (__u64)index * CHUNK_BYTES;
	__u64 *words, hash = print->hash;

	if (start >= print->bytes)
		return 1;
	if (start + CHUNK_BYTES > print->bytes)
		start = print->bytes > CHUNK_BYTES ? print->bytes - CHUNK_BYTES : 0;
	asm volatile("" : "+r"(start));
	if (start > BPFLEAK_STACK_MOST - CHUNK_BYTES)
		return 1;
	words = (__u64 *)(print->scratch->copy + start);
#pragma clang loop unroll_count(4)
	for (int i = 0; i < CHUNK_WORDS; i++)
		hash = take_word(hash, words[i], print);
	print->hash = hash;
	return 0;
}

/* No more than a record holds. The compiler must not look through it: it would check one register and
 * pass another, of which the verifier knows nothing. */
static __always_inline __u64 bounded(__u64 bytes)
{
	asm volatile("" : "+r"(bytes));
	if (bytes > BPFLEAK_STACK_MOST)
		bytes = BPFLEAK_STACK_MOST;
	asm volatile("" : "+r"(bytes));
	return bytes;
}

/* A global function, like the next: the verifier looks at it once, and not again for each path that
 * leads to it. */
__noinline __u64 bpfleak_fingerprint(const struct fingerprint *wanted)
{
	struct fingerprint print;
	__u32 zero = 0;

	if (!wanted)
		return 0;
	/* bpf_loop takes what is on the stack only. */
	print = *wanted;
	print.scratch = bpf_map_lookup_elem(&stack_scratch, &zero);
	if (!print.scratch)
		return 0;
	/* The space comes from the record, where it is a number and no pointer. Multiplied, because the
	 * first word that frame pointers give is this address again and would take it out. */
	print.hash ^= print.scratch->record.header.space ^ print.scratch->record.ip;
	print.hash *= GOLDEN_RATIO;
	if (bpfleak_config.has_loop) {
		bpf_loop(BPFLEAK_STACK_MOST / CHUNK_BYTES, take_chunk, &print, 0);
		return print.hash;
	}
	/* Before 5.17 no more than a page is copied. */
	for (int i = 0; i < PAGE_BYTES / CHUNK_BYTES; i++)
		if (take_chunk(i, &print))
			break;
	return print.hash;
}

/* Copies the stack from `sp` up, `wanted` bytes or to where it ends; answers how much. `base` is where
 * that of the first thread ends. */
__noinline __u64 bpfleak_copy_stack(__u64 sp, __u64 base, __u64 wanted)
{
	struct stack_scratch *scratch;
	__u64 bytes = wanted, end;
	__u32 zero = 0;

	scratch = bpf_map_lookup_elem(&stack_scratch, &zero);
	if (!scratch)
		return 0;
	scratch->record.format = BPFLEAK_STACK_CUT_COPY;
	/* Its arguments begin there. */
	if (sp < base && base - sp < bytes) {
		bytes = (base - sp) & ~7ull;
		scratch->record.format = BPFLEAK_STACK_COPY;
	}
	bytes = bounded(bytes);
	if (bytes >= CHUNK_BYTES && !bpf_probe_read_user(scratch->copy, bytes, (void *)sp))
		return bytes;
	/* What a short copy leaves of its only chunk would be that of another stack. */
	__builtin_memset(scratch->copy, 0, CHUNK_BYTES);
	/* Past the end of a thread's stack, which is somewhere on a page's border. */
	scratch->record.format = BPFLEAK_STACK_COPY;
	end = bytes < CHUNK_BYTES ? sp + bytes : (sp + bytes) & ~(PAGE_BYTES - 1);
	for (int i = 0; i < 8 && end > sp; i++, end -= PAGE_BYTES) {
		bytes = bounded(end - sp);
		if (!bpf_probe_read_user(scratch->copy, bytes, (void *)sp))
			return bytes;
	}
	scratch->record.format = BPFLEAK_STACK_UNREADABLE;
	return 0;
}

static __always_inline void note_code(__u64 space, __u64 address)
{
	struct bpfleak_space_code fresh = {.lowest = address};
	struct bpfleak_space_code *known;

	if (!bpfleak_config.stacks)
		return;
	known = bpf_map_lookup_elem(&spaces_code, &space);
	if (!known)
		bpf_map_update_elem(&spaces_code, &space, &fresh, BPF_ANY);
	else if (address < known->lowest)
		known->lowest = address;
}

/* A forked space has the code of its parent's. */
static __always_inline void inherit_code(__u64 parent, __u64 child)
{
	struct bpfleak_space_code *known, copy = {};

	if (!bpfleak_config.stacks || parent == child)
		return;
	known = bpf_map_lookup_elem(&spaces_code, &parent);
	if (!known) {
		bpf_map_delete_elem(&spaces_code, &child);
		return;
	}
	copy.lowest = known->lowest;
	copy.stack_bytes = known->stack_bytes;
	bpf_map_update_elem(&spaces_code, &child, &copy, BPF_ANY);
}

static __always_inline void forget_code(__u64 space)
{
	if (bpfleak_config.stacks)
		bpf_map_delete_elem(&spaces_code, &space);
}

/* Whether one more new stack of that space may be sent. Two processors may count at once and let a
 * few more through; that does no harm. */
static __always_inline int may_send(struct bpfleak_space_code *code, __u64 now)
{
	/* What changes tables goes before what explains them. */
	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > bpfleak_config.ring_bytes / 2)
		return 0;
	if (!code)
		return 1;
	if (now - code->window_ns > STACK_WINDOW_NS) {
		code->window_ns = now;
		code->shipped = 0;
	}
	return ++code->shipped <= bpfleak_config.stack_window_most;
}

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

/* The id of the stack that `caller` made its call from, at `now`; -1 when it has none. */
static __always_inline __s32 stack_of(void *context, struct caller *caller, __u64 now)
{
	struct bpfleak_space_code *code;
	struct stack_scratch *scratch;
	struct task_struct *task = caller->task;
	struct mm_struct *mm = task->mm;
	struct fingerprint print = {};
	__u64 bytes;
	__u32 *known, id, zero = 0;

	if (!bpfleak_config.stacks || !mm)
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
	if (bpfleak_config.stacks == BPFLEAK_STACKS_FP) {
		long got;

		/* What a short one leaves of its only chunk would be that of another stack. */
		__builtin_memset(scratch->copy, 0, CHUNK_BYTES);
		got = bpf_get_stack(context, scratch->copy, STACK_FRAMES * 8, BPF_F_USER_STACK);
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
	/* How much was copied decides how far the unwinder gets: a deeper copy is another stack. */
	print.hash = (__u64)(code ? code->stack_bytes : 0) << 40;
	print.hash = bpfleak_fingerprint(&print);
	known = bpf_map_lookup_elem(&stack_ids, &print.hash);
	if (known)
		return *known;
	if (!may_send(code, now)) {
		__sync_fetch_and_add(&bpfleak_shared.stacks_unsent, 1);
		return -1;
	}
	id = __sync_fetch_and_add(&bpfleak_shared.next_stack, 1);
	scratch->record.header.kind = BPFLEAK_STACK;
	scratch->record.header.length = sizeof(struct bpfleak_stack) + bytes;
	scratch->record.header.stack = id;
	scratch->record.header.pid = caller->pid;
	scratch->record.header.tid = caller->tid;
	scratch->record.header.when_ns = now;
	scratch->record.fingerprint = print.hash;
	scratch->record.bytes = bytes;
	if (bpf_ringbuf_output(&ring, scratch, sizeof(struct bpfleak_stack) + bytes,
			       bpfleak_config.wake_stacks ? BPF_RB_FORCE_WAKEUP
							  : BPF_RB_NO_WAKEUP)) {
		__sync_fetch_and_add(&bpfleak_shared.stacks_unsent, 1);
		return -1;
	}
	bpf_map_update_elem(&stack_ids, &print.hash, &id, BPF_ANY);
	return id;
}

/* The call paths of clones that are under way, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __s32);
} clone_stacks SEC(".maps");

static __always_inline void note_clone(struct task_struct *task, __s32 stack)
{
	__u32 thread = task->pid;

	bpf_map_update_elem(&clone_stacks, &thread, &stack, BPF_ANY);
}

/* What `note_clone` noted last; -1 when it did not. */
static __always_inline __s32 take_clone(struct task_struct *task)
{
	__u32 thread = task->pid;
	__s32 *known, stack;

	if (!bpfleak_config.stacks)
		return -1;
	known = bpf_map_lookup_elem(&clone_stacks, &thread);
	if (!known)
		return -1;
	stack = *known;
	bpf_map_delete_elem(&clone_stacks, &thread);
	return stack;
}

#endif
