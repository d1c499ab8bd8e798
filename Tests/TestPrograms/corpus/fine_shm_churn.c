// Innocent: attaches three System V segments in turn, up to 12 times at once, and detaches the oldest.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <sys/shm.h>

enum { SEGMENTS = 3, AT_ONCE = 12 };
static long every_ms = 80;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static int segments[SEGMENTS];
static char *homes[SEGMENTS], *attached[AT_ONCE];

static NAMED_FRAME char *attach(int segment) {
  char *at = shmat(segment, NULL, 0);
  if (at == (void *)-1) fail("shmat");
  return at;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  for (int i = 0; i < SEGMENTS; i++) {
    segments[i] = shmget(IPC_PRIVATE, (size_t)(128 << 10) << i, IPC_CREAT | 0600);
    if (segments[i] < 0) fail("shmget");
    homes[i] = attach(segments[i]);
    if (shmctl(segments[i], IPC_RMID, NULL)) fail("shmctl");
  }
  say_ready();
  for (int i = 0;; i++, sleep_ms(every_ms)) {
    char **slot = &attached[i % AT_ONCE];
    if (*slot && shmdt(*slot)) fail("shmdt");
    *slot = attach(segments[i % SEGMENTS]);
    (*slot)[0]++;
  }
}
