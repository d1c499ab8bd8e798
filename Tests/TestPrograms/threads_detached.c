// Creates detached threads one after another: each gives its stack back by itself, nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>

static long count = 10, every_ms = 100, size = 10 << 20, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "threads to create detached; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each thread lives"},
    {0},
};

static NAMED_FRAME void *refresh_cache(void *unused) {
  sleep_ms(run_ms);
  return unused;
}

static NAMED_FRAME void start_refresh(size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  if ((errno = pthread_attr_setstacksize(&attr, stack_bytes))) fail("pthread_attr_setstacksize");
  if ((errno = pthread_create(&thread, &attr, refresh_cache, NULL))) fail("pthread_create");
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  for (long started = 0; count == 0 || started < count; started++) {
    if (started) sleep_ms(every_ms);
    start_refresh(size);
  }
  wait_for_threads(1);
  finish_program();
  return 0;
}
