// Innocent: a pool of 8 MiB threads that is filled one by one, 40 in 12 s, and then kept.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

enum { MOST = 40 };
static long every_ms = 300;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one thread to the next"},
    {0},
};

static void *work(void *unused) {
  for (;;) sleep_ms(20);
  return unused;
}

static NAMED_FRAME void hire(void) {
  pthread_t worker;
  if ((errno = pthread_create(&worker, NULL, work, NULL))) fail("pthread_create");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (int i = 0; i < MOST; i++, sleep_ms(every_ms)) hire();
  for (;;) sleep_ms(1000);
}
