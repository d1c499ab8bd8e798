// SPDX-License-Identifier: Apache-2.0
// A call from a signal's handler.
#include "signal_frame.h"

#define SYSCALL_GETPID 39
#define SYSCALL_KILL 62
#define SIGUSR1 10

APART void handle(int number, void *info, unsigned long *ucontext)
{
	TAKE_STATE(&state);
	write_down();
}

APART void interrupted(void)
{
	call3(SYSCALL_KILL, call3(SYSCALL_GETPID, 0, 0, 0), SIGUSR1, 0);
	__asm__ volatile("");
}

void run(void)
{
	handle_signal(SIGUSR1, handle);
	interrupted();
	__asm__ volatile("");
}
