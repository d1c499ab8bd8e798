// Leaks 256 KiB of small mallocs every 100 ms in each of two threads: malloc arenas, not the heap.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void queue_message(size_t length) {
  char *message = malloc(length);  // culprit
  if (!message) fail("malloc");
  message[0] = 1;
  __asm__ volatile("" ::"r"(message) : "memory");
}

static NAMED_FRAME void *serve(void *unused) {
  for (;; sleep_ms(every_ms))
    for (int i = 0; i < 64; i++) queue_message(4000);
  return unused;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  pthread_t thread;
  for (int i = 0; i < 2; i++)
    if ((errno = pthread_create(&thread, NULL, serve, NULL))) fail("pthread_create");
  say_ready();
  for (;;) pause();
}
