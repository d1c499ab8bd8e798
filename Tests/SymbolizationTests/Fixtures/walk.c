// SPDX-License-Identifier: Apache-2.0
// An inlined function, and recursion.
#include "capture.h"

WITHIN void take_room(void)
{
	TAKE_STATE(&state);
	write_down(); // where the state was taken
}

APART void gate(void)
{
	take_room(); // inlined here
	__asm__ volatile("");
}

APART void descend(int levels)
{
	if (levels > 0)
		descend(levels - 1); // deeper
	else
		gate(); // at the bottom
	__asm__ volatile("");
}

void run(void)
{
	descend(1); // from the top
	__asm__ volatile("");
}
