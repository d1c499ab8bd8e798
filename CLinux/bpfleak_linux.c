// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "bpfleak_linux.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

uint64_t bpfleak_file_system(int descriptor)
{
	struct statfs status;

	return fstatfs(descriptor, &status) ? 0 : (uint64_t)status.f_type;
}

int bpfleak_signal_descriptor(const void *signals)
{
	return signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

int bpfleak_same_space(int first_pid, int second_pid)
{
	long order = syscall(SYS_kcmp, first_pid, second_pid, KCMP_VM, 0, 0);

	return order < 0 ? -errno : order == 0;
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
