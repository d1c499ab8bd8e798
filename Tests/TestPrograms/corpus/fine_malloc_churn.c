// Innocent: four threads malloc and free 16 B to 512 KiB; what each holds never exceeds 256 of them.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

enum { THREADS = 4, HELD = 256 };
static long every_ms = 10;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one round of a thread to the next"},
    {0},
};

static NAMED_FRAME void *churn(void *number) {
  unsigned state = 11 + (unsigned)(long)number;
  char *held[HELD] = {0};
  for (;; sleep_ms(every_ms))
    for (int i = 0; i < 20; i++) {
      char **slot = &held[next_random(&state) % HELD];
      free(*slot);
      // Mostly small: 16 bytes times a power of two.
      size_t size = (size_t)16 << (next_random(&state) % 16 * (next_random(&state) % 16) / 15);
      *slot = malloc(size);
      if (!*slot) fail("malloc");
      **slot = 1;
    }
  return NULL;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (long i = 0; i < THREADS; i++) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, churn, (void *)i))) fail("pthread_create");
  }
  for (;;) pause();
}
