// Innocent: three joined threads every 60 ms with stacks from 256 KiB to 8 MiB: the C library's cache is mixed.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 60;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one round to the next"},
    {0},
};

static void *work(void *unused) {
  sleep_ms(2);
  return unused;
}

static NAMED_FRAME pthread_t start_worker(size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, stack_bytes);
  if ((errno = pthread_create(&thread, &attr, work, NULL))) fail("pthread_create");
  pthread_attr_destroy(&attr);
  return thread;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 9;
  say_ready();
  for (;; sleep_ms(every_ms)) {
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) threads[i] = start_worker((size_t)(256 << 10) << next_random(&state) % 6);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  }
}
