// SPDX-License-Identifier: Apache-2.0
// A call from a signal's handler that interrupted an entry of the procedure linkage table.
#include "signal_frame.h"

#define SIGTRAP 5

void in_library(void);

// The processor traps after each instruction. In a program at fixed addresses the address of a
// library's function is that of its entry in the table.
APART void handle(int number, void *info, unsigned long *ucontext)
{
	if (ucontext[UCONTEXT_RIP] != (unsigned long)in_library)
		return;
	TAKE_STATE(&state);
	write_down();
}

APART void through_table(void)
{
	__asm__ volatile("pushf\n\torq $0x100, (%%rsp)\n\tpopf" : : : "memory", "cc");
	in_library();
	__asm__ volatile("");
}

void run(void)
{
	handle_signal(SIGTRAP, handle);
	through_table();
	__asm__ volatile("");
}
