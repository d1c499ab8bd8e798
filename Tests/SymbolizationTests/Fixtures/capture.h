/* SPDX-License-Identifier: Apache-2.0 */
/* A program without any library that writes down its own state, as the kernel side would at a system
 * call: registers, what is mapped, and its stack from the stack pointer up. */
#ifndef CAPTURE_H
#define CAPTURE_H

#ifdef OWN_SYMBOLS
#pragma GCC visibility push(hidden)
#endif

#define APART __attribute__((noipa, noinline, used))
#define WITHIN static inline __attribute__((always_inline))

struct state {
	unsigned long instruction;
	unsigned long stack_pointer;
	unsigned long saved[12];
};

#if defined(__x86_64__)
#define SAVED 6
#define SYSCALL_READ 0
#define SYSCALL_WRITE 1
#define SYSCALL_OPENAT 257
#define SYSCALL_EXIT 231

WITHIN long call3(long number, long a, long b, long c)
{
	register long r10 __asm__("r10") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

/* rbx, rbp, r12 to r15 */
#define TAKE_STATE(to) \
	__asm__ volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, (%0)\n\tmov %%rsp, 8(%0)\n\t" \
			 "mov %%rbx, 16(%0)\n\tmov %%rbp, 24(%0)\n\tmov %%r12, 32(%0)\n\t" \
			 "mov %%r13, 40(%0)\n\tmov %%r14, 48(%0)\n\tmov %%r15, 56(%0)\n1:" \
			 : \
			 : "d"(to) \
			 : "rax", "memory")

#define START \
	__asm__(".globl _start\n.type _start, @function\n_start:\n.cfi_startproc\n" \
		".cfi_undefined rip\nxor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\n" \
		"call begin\nhlt\n.cfi_endproc\n.size _start, . - _start\n")

#elif defined(__aarch64__)
#define SAVED 12
#define SYSCALL_READ 63
#define SYSCALL_WRITE 64
#define SYSCALL_OPENAT 56
#define SYSCALL_EXIT 94

WITHIN long call3(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = 0;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}

/* x19 to x30 */
#define TAKE_STATE(to) \
	__asm__ volatile("adr x9, 1f\n\tmov x10, sp\n\tstp x9, x10, [%0]\n\t" \
			 "stp x19, x20, [%0, 16]\n\tstp x21, x22, [%0, 32]\n\t" \
			 "stp x23, x24, [%0, 48]\n\tstp x25, x26, [%0, 64]\n\t" \
			 "stp x27, x28, [%0, 80]\n\tstp x29, x30, [%0, 96]\n1:" \
			 : \
			 : "r"(to) \
			 : "x9", "x10", "memory")

#define START \
	__asm__(".globl _start\n.type _start, %function\n_start:\n.cfi_startproc\n" \
		".cfi_undefined x30\nmov x29, #0\nmov x0, sp\nbl begin\nbrk #0\n.cfi_endproc\n" \
		".size _start, . - _start\n")
#endif

extern struct state state;
extern unsigned long *stack_top;

/* Writes the state to standard output and ends the program. */
void write_down(void);
/* What each program does. */
void run(void);

#endif
