// Leaks a 10 MiB thread stack every 250 ms: a thread that ends at once, never joined nor detached.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 250, size = 10 << 20;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {0},
};

static void *upload_report(void *unused) {
  sleep_ms(1);
  return unused;
}

static NAMED_FRAME void spawn_reporter(void) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstacksize(&attr, size))) fail("pthread_attr_setstacksize");
  if ((errno = pthread_create(&thread, &attr, upload_report, NULL))) fail("pthread_create");  // culprit
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) spawn_reporter();
}
