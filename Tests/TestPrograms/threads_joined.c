// Creates threads one after another and joins each: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>

static long count = 10, every_ms = 100, size = 10 << 20, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "threads to create and join; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each thread lives"},
    {0},
};

static NAMED_FRAME void *answer_request(void *unused) {
  sleep_ms(run_ms);
  return unused;
}

static NAMED_FRAME void handle_request(size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstacksize(&attr, stack_bytes))) fail("pthread_attr_setstacksize");
  if ((errno = pthread_create(&thread, &attr, answer_request, NULL))) fail("pthread_create");
  if ((errno = pthread_join(thread, NULL))) fail("pthread_join");
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  for (long handled = 0; count == 0 || handled < count; handled++) {
    if (handled) sleep_ms(every_ms);
    handle_request(size);
  }
  wait_for_threads(1);
  finish_program();
  return 0;
}
