// Leaks the stack of one thread in five, one every 400 ms: the others are joined, that one is forgotten.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 80;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one thread to the next"},
    {0},
};

static void *send_mail(void *unused) {
  sleep_ms(3);
  return unused;
}

static NAMED_FRAME void start_sender(bool is_joined) {
  pthread_t thread;
  if ((errno = pthread_create(&thread, NULL, send_mail, NULL))) fail("pthread_create");  // culprit
  if (is_joined) pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (long i = 0;; i++, sleep_ms(every_ms)) start_sender(i % 5 != 0);
}
