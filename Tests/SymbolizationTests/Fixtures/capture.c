// SPDX-License-Identifier: Apache-2.0
// Built without debug information: of the fixtures only the code around the captured call has any.
#include "capture.h"

struct state state;
unsigned long *stack_top;

START;

static void put(const char *text)
{
	unsigned long length = 0;

	while (text[length])
		length++;
	call3(SYSCALL_WRITE, 1, (long)text, (long)length);
}

static void put_number(unsigned long number)
{
	char digits[18];

	for (int i = 15; i >= 0; i--, number >>= 4)
		digits[i] = "0123456789abcdef"[number & 15];
	digits[16] = '\n';
	digits[17] = 0;
	put(digits);
}

static void put_maps(void)
{
	char text[4096];
	long maps = call3(SYSCALL_OPENAT, -100, (long)"/proc/self/maps", 0);
	long count;

	while ((count = call3(SYSCALL_READ, maps, (long)text, sizeof text)) > 0)
		call3(SYSCALL_WRITE, 1, (long)text, count);
}

void write_down(void)
{
	put("instruction\n");
	put_number(state.instruction);
	put("stack pointer\n");
	put_number(state.stack_pointer);
	put("saved registers\n");
	for (int i = 0; i < SAVED; i++)
		put_number(state.saved[i]);
	put("stack\n");
	// One word past the first stack pointer, which is the number of arguments.
	for (unsigned long *word = (unsigned long *)state.stack_pointer; word <= stack_top; word++)
		put_number(*word);
	put("maps\n");
	put_maps();
	call3(SYSCALL_EXIT, 0, 0, 0);
}

void begin(unsigned long *top)
{
	stack_top = top;
	run();
	call3(SYSCALL_EXIT, 1, 0, 0);
}
