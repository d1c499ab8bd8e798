// Leaks an attached System V segment of 128 KiB every 250 ms: shmat of the same one without a shmdt.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <sys/shm.h>

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static int segment;

static NAMED_FRAME void attach_board(void) {
  char *board = shmat(segment, NULL, 0);  // culprit
  if (board == (void *)-1) fail("shmat");
  board[0]++;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  segment = shmget(IPC_PRIVATE, 128 << 10, IPC_CREAT | 0600);
  if (segment < 0) fail("shmget");
  attach_board();
  // Gone with its last attachment; Linux lets it still be attached to.
  if (shmctl(segment, IPC_RMID, NULL)) fail("shmctl");
  say_ready();
  for (;; sleep_ms(every_ms)) attach_board();
}
