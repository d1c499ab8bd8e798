// Keeps a pool of workers that end and are created again on the stacks that glibc kept: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>

// 8 MiB of stacks in all, well inside the 40 MiB that glibc keeps for reuse.
static long count = 5, workers = 8, every_ms = 100, size = 1 << 20, run_ms = 200;
static const struct option_value options[] = {
    {"count", &count, "generations of the pool; 0: until killed"},
    {"workers", &workers, "threads of one generation, at most 1024"},
    {"every", &every_ms, "milliseconds from one generation's end to the next one's start"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each worker lives"},
    {0},
};

static pthread_t pool[1024];

static NAMED_FRAME void *work(void *unused) {
  sleep_ms(run_ms);
  return unused;
}

static NAMED_FRAME void fill_pool(size_t stack_bytes) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstacksize(&attr, stack_bytes))) fail("pthread_attr_setstacksize");
  for (long i = 0; i < workers; i++)
    if ((errno = pthread_create(&pool[i], &attr, work, NULL))) fail("pthread_create");
  pthread_attr_destroy(&attr);
}

static NAMED_FRAME void drain_pool(void) {
  for (long i = 0; i < workers; i++)
    if ((errno = pthread_join(pool[i], NULL))) fail("pthread_join");
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (workers > 1024) workers = 1024;
  for (long generation = 0; count == 0 || generation < count; generation++) {
    if (generation) sleep_ms(every_ms);
    fill_pool(size);
    drain_pool();
  }
  wait_for_threads(1);
  finish_program();
  return 0;
}
