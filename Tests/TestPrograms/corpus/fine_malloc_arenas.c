// Innocent: 12 threads come in 3 s, each with a malloc arena of its own, and then only fill and empty it.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <malloc.h>
#include <pthread.h>

enum { THREADS = 12, HELD = 400 };
static long every_ms = 60;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one round of a thread to the next"},
    {0},
};

static NAMED_FRAME void *serve(void *number) {
  unsigned state = (unsigned)(long)number;
  void *held[HELD];
  for (;; sleep_ms(every_ms)) {
    int count = 1 + next_random(&state) % HELD;
    for (int i = 0; i < count; i++) {
      held[i] = malloc(500 + next_random(&state) % 4000);
      memset(held[i], 1, 500);
    }
    for (int i = 0; i < count; i++) free(held[i]);
  }
  return NULL;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  mallopt(M_ARENA_MAX, THREADS + 1);
  say_ready();
  for (long i = 0; i < THREADS; i++, sleep_ms(250)) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, serve, (void *)i))) fail("pthread_create");
  }
  for (;;) pause();
}
