// SPDX-License-Identifier: Apache-2.0
// Code without unwind tables, which gap_inside.c is built as, between functions that have them.
#include "capture.h"

void called_by_name(void);
void called_by_pointer(void);

#ifdef BY_POINTER
void (*volatile inside)(void) = called_by_pointer;
#endif

APART void outside(void)
{
#ifdef BY_POINTER
	inside(); // by pointer
#else
	called_by_name(); // by name
#endif
	__asm__ volatile("");
}

void run(void)
{
	outside();
	__asm__ volatile("");
}
