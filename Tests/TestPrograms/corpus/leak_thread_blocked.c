// Leaks a thread every 4 s: it waits for an answer that never comes, and its 8 MiB stack with it.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <pthread.h>

static long every_ms = 4000;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;

static void *await_answer(void *unused) {
  pthread_mutex_lock(&lock);
  for (;;) pthread_cond_wait(&answered, &lock);
  return unused;
}

static NAMED_FRAME void ask_backend(void) {
  pthread_t thread;
  if ((errno = pthread_create(&thread, NULL, await_answer, NULL))) fail("pthread_create");  // culprit
  pthread_detach(thread);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) ask_backend();
}
