/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies the user stack of a call, and makes a fingerprint of the words in it that can be code.
 *
 * Debian's libraries have no frame pointers, so the kernel's own unwinder stops in the C library. A
 * copy of the user stack can be unwound later. Equal fingerprints have equal return addresses, so no
 * two call paths are confused. Two fingerprints of one call path cost a second unwinding and no
 * more.
 */
#ifndef BPFLEAK_FINGERPRINT_H
#define BPFLEAK_FINGERPRINT_H

#define PAGE_BYTES 4096ull
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ull
#define CHUNK_WORDS 64
#define CHUNK_BYTES (CHUNK_WORDS * 8)

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

/* A fingerprint that is being made. Code can be in the program's own file, or between the lowest
 * executable mapping and the place where mappings begin. That leaves out the heap and the stacks of
 * other threads. */
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
	struct stack_scratch *scratch; /* null until it is made */
};

static __always_inline __u64 take_word(__u64 hash, __u64 word, struct fingerprint *print)
{
	/* Most words are numbers or point into the stack: one comparison is enough for those. */
	if (word - print->lowest < print->span &&
	    (word - print->program < print->program_bytes ||
	     word - print->mapped < print->mapped_bytes)) {
		hash = (hash ^ word) * GOLDEN_RATIO;
		hash ^= hash >> 29;
	}
	return hash;
}

/* Takes one chunk of the copy. A call for each word would cost more than the word, and one loop over
 * all of them would keep the verifier busy for most of a second. The last chunk ends where the copy
 * ends and overlaps the one before it; words that are taken twice do no harm. */
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

/* No more bytes than a record holds. Without the barriers the compiler checks one register and
 * passes another, of which the verifier knows nothing. */
static __always_inline __u64 bounded(__u64 bytes)
{
	asm volatile("" : "+r"(bytes));
	if (bytes > BPFLEAK_STACK_MOST)
		bytes = BPFLEAK_STACK_MOST;
	asm volatile("" : "+r"(bytes));
	return bytes;
}

/* A global function, like the next one: the verifier looks at it once, and not again for each path
 * that leads to it. */
__noinline __u64 bpfleak_fingerprint(const struct fingerprint *wanted)
{
	struct fingerprint print;
	__u32 zero = 0;

	if (!wanted)
		return 0;
	/* bpf_loop takes only what is on the BPF stack. */
	print = *wanted;
	print.scratch = bpf_map_lookup_elem(&stack_scratch, &zero);
	if (!print.scratch)
		return 0;
	/* The record holds the space as a number; elsewhere it is a pointer. The product is needed
	 * because the first word that frame pointers give is `ip` again, and would take it out. */
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

/* Copies the user stack from `sp` up, `wanted` bytes or to its end, and answers how much that is.
 * `base` is where the stack of the first thread ends. */
__noinline __u64 bpfleak_copy_stack(__u64 sp, __u64 base, __u64 wanted)
{
	struct stack_scratch *scratch;
	__u64 bytes = wanted, end;
	__u32 zero = 0;

	scratch = bpf_map_lookup_elem(&stack_scratch, &zero);
	if (!scratch)
		return 0;
	scratch->record.format = BPFLEAK_STACK_CUT_COPY;
	/* The program's arguments begin at `base`. */
	if (sp < base && base - sp < bytes) {
		bytes = (base - sp) & ~7ull;
		scratch->record.format = BPFLEAK_STACK_COPY;
	}
	bytes = bounded(bytes);
	if (bytes >= CHUNK_BYTES && !bpf_probe_read_user(scratch->copy, bytes, (void *)sp))
		return bytes;
	/* The rest of a short copy's only chunk must not come from another stack. */
	__builtin_memset(scratch->copy, 0, CHUNK_BYTES);
	/* The end of a thread's stack was passed. It is on the border of some page. */
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

#endif
