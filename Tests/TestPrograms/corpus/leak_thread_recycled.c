// Leaks a thread every 250 ms beside threads that are joined 20 times a second. The forgotten one is mostly
// given a stack that the C library kept of a joined one, which then maps another: who mapped a stack that is
// left behind is not who forgot the thread on it.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one leak to the next"},
    {0},
};

static void *work_briefly(void *unused) {
  sleep_ms(5);
  return unused;
}

static NAMED_FRAME void *answer_requests(void *unused) {
  for (;; sleep_ms(50)) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, work_briefly, NULL))) fail("pthread_create");
    pthread_join(thread, NULL);
  }
  return unused;
}

static NAMED_FRAME void notify_peer(void) {
  pthread_t thread;
  if ((errno = pthread_create(&thread, NULL, work_briefly, NULL))) fail("pthread_create");  // culprit
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  pthread_t thread;
  if ((errno = pthread_create(&thread, NULL, answer_requests, NULL))) fail("pthread_create");
  say_ready();
  for (;; sleep_ms(every_ms)) notify_peer();
}
