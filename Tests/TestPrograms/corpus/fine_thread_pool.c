// Innocent: a pool of 8 MiB threads that grows to 24 and shrinks to 2 every 6 s; leavers are joined.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

enum { FEWEST = 2, MOST = 24 };
static long every_ms = 130;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one thread more or less to the next"},
    {0},
};

static pthread_t workers[MOST];
static volatile bool leaves[MOST];

static void *work(void *number) {
  while (!leaves[(long)number]) sleep_ms(10);
  return NULL;
}

static NAMED_FRAME void hire(long number) {
  leaves[number] = false;
  if ((errno = pthread_create(&workers[number], NULL, work, (void *)number))) fail("pthread_create");
}

static NAMED_FRAME void dismiss(long number) {
  leaves[number] = true;
  pthread_join(workers[number], NULL);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  long count = 0;
  while (count < FEWEST) hire(count++);
  say_ready();
  for (;;) {
    for (; count < MOST; sleep_ms(every_ms)) hire(count++);
    for (; count > FEWEST; sleep_ms(every_ms)) dismiss(--count);
  }
}
