// Leaks a thread stack a tick: creates a thread that ends at once and is never joined nor detached.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>

static long count = 10, every_ms = 100, size = 10 << 20, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "threads to leave behind; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each thread lives"},
    {0},
};

static NAMED_FRAME void *upload_report(void *unused) {
  volatile char used[64 << 10];
  memset((char *)used, 1, sizeof used);
  sleep_ms(run_ms);
  return used[7] ? unused : NULL;
}

static NAMED_FRAME int spawn_reporter(size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstacksize(&attr, stack_bytes))) fail("pthread_attr_setstacksize");
  int error = pthread_create(&thread, &attr, upload_report, NULL);
  pthread_attr_destroy(&attr);
  return error;
}

static NAMED_FRAME void serve_requests(void) {
  for (long served = 0; count == 0 || served < count; served++) {
    if (served) sleep_ms(every_ms);
    if ((errno = spawn_reporter(size))) fail("pthread_create");
  }
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  serve_requests();
  wait_for_threads(1);
  finish_program();
  return 0;
}
