/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf for Swift, with what Swift cannot do itself: variadic functions, option structs made by
 * macros, and atomic access to the ring that libbpf's maps share with the kernel. */
#ifndef BPFLEAK_LIBBPF_H
#define BPFLEAK_LIBBPF_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps the last 16 KiB of libbpf's messages for the error that may follow, and copies them to standard
 * error when `verbose`. libbpf hands them to a variadic callback. */
void bpfleak_libbpf_capture_log(bool verbose);

/* The kept messages, oldest first, NUL-terminated. Valid until the next call. */
const char *bpfleak_libbpf_log(void);

/* bpf_object__open_mem, whose options are a macro. NULL with errno on failure. */
struct bpf_object *bpfleak_libbpf_open(const void *object, size_t bytes, const char *name);

/* An iterator over all tasks, or over the task `tid` when that is not 0 (from kernel 6.1 on). A file
 * descriptor to read from, or -errno. */
int bpfleak_libbpf_open_iterator(struct bpf_program *program, uint32_t tid);

/* Attaches to the classic tracepoint of that id, as long as the link lives. NULL with errno. */
struct bpf_link *bpfleak_libbpf_attach_tracepoint(struct bpf_program *program, uint64_t id);

static inline uint64_t bpfleak_load_acquire_u64(const void *address)
{
	return __atomic_load_n((const uint64_t *)address, __ATOMIC_ACQUIRE);
}

static inline uint32_t bpfleak_load_acquire_u32(const void *address)
{
	return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}

static inline void bpfleak_store_release_u64(void *address, uint64_t value)
{
	__atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE);
}

#endif
