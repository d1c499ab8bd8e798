// Creates batches of threads that end at once and are joined late, at the end of their batch: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>

static long count = 3, batch = 20, every_ms = 100, pause_ms = 500, size = 10 << 20, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "batches; 0: until killed"},
    {"batch", &batch, "threads of one batch, at most 1024"},
    {"every", &every_ms, "milliseconds from one thread to the next"},
    {"pause", &pause_ms, "milliseconds that a whole batch lies finished before it is joined"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each thread lives"},
    {0},
};

static pthread_t threads[1024];

static NAMED_FRAME void *convert_page(void *unused) {
  sleep_ms(run_ms);
  return unused;
}

static NAMED_FRAME void start_page(pthread_t *thread, size_t stack_bytes) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstacksize(&attr, stack_bytes))) fail("pthread_attr_setstacksize");
  if ((errno = pthread_create(thread, &attr, convert_page, NULL))) fail("pthread_create");
  pthread_attr_destroy(&attr);
}

static NAMED_FRAME void convert_document(void) {
  for (long page = 0; page < batch; page++) {
    if (page) sleep_ms(every_ms);
    start_page(&threads[page], size);
  }
  sleep_ms(pause_ms);
  for (long page = 0; page < batch; page++)
    if ((errno = pthread_join(threads[page], NULL))) fail("pthread_join");
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (batch > 1024) batch = 1024;
  for (long document = 0; count == 0 || document < count; document++) convert_document();
  wait_for_threads(1);
  finish_program();
  return 0;
}
