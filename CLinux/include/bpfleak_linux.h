/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that Swift's Glibc module lacks. */
#ifndef BPFLEAK_LINUX_H
#define BPFLEAK_LINUX_H

#include <stdint.h>

/* fstatfs(2): the magic number of the file system that holds an open file; 0 when unknown. */
uint64_t bpfleak_file_system(int descriptor);

/* signalfd(2): readable when one of `signals`, a sigset_t, is pending; -1 with errno. */
int bpfleak_signal_descriptor(const void *signals);

/* kcmp(2): whether two processes share one address space; 1, 0 or -errno. */
int bpfleak_same_space(int first_pid, int second_pid);

/* fsopen(2): a descriptor of tracefs, or -errno. It is mounted nowhere and gone when closed, because
 * reading a tracepoint's id must leave no mount behind on the host. */
int bpfleak_open_tracefs(void);

#endif
