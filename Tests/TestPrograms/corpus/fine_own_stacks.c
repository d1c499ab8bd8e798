// Innocent: threads on stacks of the program's own, six of them, used again by pthread_attr_setstack.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

enum { STACKS = 6 };
static long every_ms = 60;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one thread to the next"},
    {0},
};

static const size_t stack_bytes = 512 << 10;
static char *stacks[STACKS];
static pthread_t threads[STACKS];

static void *work(void *unused) {
  sleep_ms(40);
  return unused;
}

static NAMED_FRAME void start_worker(int slot) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if (threads[slot]) pthread_join(threads[slot], NULL);
  if (!stacks[slot]) stacks[slot] = map_touched(stack_bytes);
  if ((errno = pthread_attr_setstack(&attr, stacks[slot], stack_bytes))) fail("pthread_attr_setstack");
  if ((errno = pthread_create(&threads[slot], &attr, work, NULL))) fail("pthread_create");
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (int slot = 0;; slot = (slot + 1) % STACKS, sleep_ms(every_ms)) start_worker(slot);
}
