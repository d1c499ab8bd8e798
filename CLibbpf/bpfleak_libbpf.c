// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "bpfleak_libbpf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// libbpf calls back from the one thread that loads, so no lock is needed.
static char captured[16384];
static size_t captured_bytes;
static bool verbose_log;

static int capture(enum libbpf_print_level level, const char *format, va_list arguments)
{
	// The verifier's log comes as one message, and the objection is at its end.
	static char message[1 << 20];
	int length = vsnprintf(message, sizeof(message), format, arguments);
	const char *tail = message;

	if (length < 0)
		return 0;
	if ((size_t)length >= sizeof(message))
		length = sizeof(message) - 1;
	if (verbose_log)
		fwrite(message, 1, length, stderr);
	if (level == LIBBPF_DEBUG)
		return 0;
	if ((size_t)length >= sizeof(captured)) {
		tail += length - (sizeof(captured) - 1);
		length = sizeof(captured) - 1;
	}
	if (captured_bytes + length >= sizeof(captured)) {
		size_t kept = sizeof(captured) - 1 - length;

		if (kept > captured_bytes)
			kept = captured_bytes;
		memmove(captured, captured + captured_bytes - kept, kept);
		captured_bytes = kept;
	}
	memcpy(captured + captured_bytes, tail, length);
	captured_bytes += length;
	captured[captured_bytes] = 0;
	return 0;
}

void bpfleak_libbpf_capture_log(bool verbose)
{
	verbose_log = verbose;
	captured_bytes = 0;
	captured[0] = 0;
	libbpf_set_print(capture);
}

const char *bpfleak_libbpf_log(void)
{
	return captured;
}

struct bpf_object *bpfleak_libbpf_open(const void *object, size_t bytes, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);

	return bpf_object__open_mem(object, bytes, &options);
}

int bpfleak_libbpf_open_iterator(struct bpf_program *program, uint32_t tid)
{
	union bpf_iter_link_info info = {.task.tid = tid};
	LIBBPF_OPTS(bpf_iter_attach_opts, options);
	struct bpf_link *link;
	int iterator;

	if (tid) {
		options.link_info = &info;
		options.link_info_len = sizeof(info);
	}
	link = bpf_program__attach_iter(program, &options);
	if (!link)
		return -errno;
	iterator = bpf_iter_create(bpf_link__fd(link));
	// The iterator holds the link, so the caller has only one descriptor to close.
	bpf_link__destroy(link);
	return iterator;
}

struct bpf_link *bpfleak_libbpf_attach_tracepoint(struct bpf_program *program, uint64_t id)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attributes),
		.config = id,
	};
	// The program of a tracepoint runs on every processor and for every process, wherever the event
	// was opened.
	int event = syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link;
	int error;

	if (event < 0)
		return NULL;
	link = bpf_program__attach_perf_event(program, event);
	if (link)
		return link;
	error = errno;
	close(event);
	errno = error;
	return NULL;
}
