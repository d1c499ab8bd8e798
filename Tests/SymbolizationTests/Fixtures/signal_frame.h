/* SPDX-License-Identifier: Apache-2.0 */
/* Handling signals without a library. The kernel returns from a handler to `restore`, whose unwind tables
 * find the interrupted registers in the frame that the kernel pushed. x86_64 only. */
#ifndef SIGNAL_FRAME_H
#define SIGNAL_FRAME_H

#include "capture.h"

#define SYSCALL_RT_SIGACTION 13
#define SA_SIGINFO 4
#define SA_RESTORER 0x04000000

/* Where ucontext has rip. */
#define UCONTEXT_RIP (168 / sizeof(unsigned long))

/* Where ucontext has a register, as DW_CFA_expression: DW_OP_breg7 and an offset of two bytes. */
#define AT(number, low, high) ".cfi_escape 0x10, " #number ", 3, 0x77, " #low ", " #high "\n"

__asm__(".type restore, @function\n.cfi_startproc\n.cfi_signal_frame\n"
	/* The frame's address is the interrupted rsp, at 160. */
	".cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06\n"
	/* rbx 128, rbp 120, r12 72, r13 80, r14 88, r15 96, rip 168 */
	AT(3, 0x80, 0x01) AT(6, 0xf8, 0x00) AT(12, 0xc8, 0x00) AT(13, 0xd0, 0x00)
	AT(14, 0xd8, 0x00) AT(15, 0xe0, 0x00) AT(16, 0xa8, 0x01)
	/* Unwinding looks for the code right before where the handler returns to. */
	"nop\nrestore:\nmov $15, %eax\nsyscall\n.cfi_endproc\n.size restore, . - restore\n");
void restore(void);

struct action {
	void (*handler)(int number, void *info, unsigned long *ucontext);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

WITHIN void handle_signal(long number, void (*handler)(int, void *, unsigned long *))
{
	struct action action = { handler, SA_SIGINFO | SA_RESTORER, restore, 0 };
	register long r10 __asm__("r10") = sizeof action.mask;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYSCALL_RT_SIGACTION), "D"(number), "S"(&action), "d"(0), "r"(r10)
			 : "rcx", "r11", "memory");
}

#endif
