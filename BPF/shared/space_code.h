/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the code of each space lies. Fingerprints of call paths count only words that point there. */
#ifndef BPFLEAK_SPACE_CODE_H
#define BPFLEAK_SPACE_CODE_H

#define CALL_PATH_WINDOW_NS 100000000

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct bpfleak_space_code);
} spaces_code SEC(".maps");

static __always_inline void note_code(__u64 space, __u64 address)
{
	struct bpfleak_space_code fresh = {.lowest = address};
	struct bpfleak_space_code *known;

	if (!bpfleak_config.call_paths)
		return;
	known = bpf_map_lookup_elem(&spaces_code, &space);
	if (!known)
		bpf_map_update_elem(&spaces_code, &space, &fresh, BPF_ANY);
	else if (address < known->lowest)
		known->lowest = address;
}

/* A forked space has the code of its parent. */
static __always_inline void inherit_code(__u64 parent, __u64 child)
{
	struct bpfleak_space_code *known, copy = {};

	if (!bpfleak_config.call_paths || parent == child)
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
	if (bpfleak_config.call_paths)
		bpf_map_delete_elem(&spaces_code, &space);
}

/* Whether one more new call path of a space may be sent. Two processors that count at once may let
 * a few more through, which does no harm. */
static __always_inline int may_send(struct bpfleak_space_code *code, __u64 now)
{
	/* Records that change the tables need the room more than call paths do. */
	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > bpfleak_config.ring_bytes / 2)
		return 0;
	if (!code)
		return 1;
	if (now - code->window_ns > CALL_PATH_WINDOW_NS) {
		code->window_ns = now;
		code->shipped = 0;
	}
	return ++code->shipped <= bpfleak_config.new_call_paths_most;
}

#endif
