// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "bpfleak_libbpf.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
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

int bpfleak_open_tracefs(void)
{
	int context = syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	int mount = -1;

	if (context < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		mount = -errno;
	close(context);
	return mount;
}

uint64_t bpfleak_file_system(int descriptor)
{
	struct statfs status;

	return fstatfs(descriptor, &status) ? 0 : (uint64_t)status.f_type;
}

int bpfleak_signal_descriptor(const void *signals)
{
	return signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

int bpfleak_pidfd_open(int pid)
{
	int descriptor = syscall(SYS_pidfd_open, pid, 0);

	return descriptor < 0 ? -errno : descriptor;
}

int bpfleak_same_space(int first_pid, int second_pid)
{
	long order = syscall(SYS_kcmp, first_pid, second_pid, KCMP_VM, 0, 0);

	return order < 0 ? -errno : order == 0;
}
