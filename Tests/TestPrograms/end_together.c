// Children whose threads all end at the same moment: each of the last may find that no other is left.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long count = 200, threads = 2;
static const struct option_value options[] = {
    {"count", &count, "children, one after the other"},
    {"threads", &threads, "threads of each that end together, the main thread among them"},
    {0},
};

static atomic_long ready;

// The thread alone, and not what the C library would clear up before.
static NAMED_FRAME void *end_with_the_others(void *unused) {
  (void)unused;
  atomic_fetch_add(&ready, 1);
  while (atomic_load(&ready) < threads) continue;
  syscall(SYS_exit, 0);
  return NULL;
}

static NAMED_FRAME void run_child(void) {
  for (long number = 1; number < threads; number++) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, end_with_the_others, NULL))) fail("pthread_create");
  }
  end_with_the_others(NULL);
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (threads < 1) threads = 1;
  long failed = 0;
  for (long number = 0; number < count; number++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) run_child();
    int status;
    if (waitpid(child, &status, 0) != child) fail("waitpid");
    failed += status != 0;
  }
  finish_program();
  return failed != 0;
}
