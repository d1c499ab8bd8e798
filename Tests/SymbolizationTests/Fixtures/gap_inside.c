// SPDX-License-Identifier: Apache-2.0
#include "capture.h"

static APART void inner(void)
{
	volatile unsigned long room[6];

	room[5] = 1;
	TAKE_STATE(&state);
	write_down();
	room[0] = room[5];
}

APART void called_by_name(void)
{
	volatile unsigned long room[4];

	room[3] = 1;
	inner();
	room[0] = room[3];
}

APART void called_by_pointer(void)
{
	volatile unsigned long room[4];

	room[3] = 1;
	inner();
	room[0] = room[3];
}
