// Innocent: a detached thread every 20 ms that lives 5 to 130 ms, so that their number goes up and down.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 20;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static void *deliver(void *ms) {
  sleep_ms((long)ms);
  return NULL;
}

static NAMED_FRAME void send_event(long ms) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, 256 << 10);
  if ((errno = pthread_create(&thread, &attr, deliver, (void *)ms))) fail("pthread_create");
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 1;
  say_ready();
  for (;; sleep_ms(every_ms)) send_event(5 + next_random(&state) % 125);
}
