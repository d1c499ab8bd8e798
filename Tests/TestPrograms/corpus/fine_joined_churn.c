// Innocent: four threads with 2 MiB stacks are created and joined every 50 ms.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 50;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one round to the next"},
    {0},
};

static void *compute(void *unused) {
  sleep_ms(1);
  return unused;
}

static NAMED_FRAME void run_batch(pthread_attr_t *attr) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    if ((errno = pthread_create(&threads[i], attr, compute, NULL))) fail("pthread_create");
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 2 << 20);
  say_ready();
  for (;; sleep_ms(every_ms)) run_batch(&attr);
}
