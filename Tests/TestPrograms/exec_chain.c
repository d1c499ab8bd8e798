// Maps memory and execs itself, N times over: each exec ends the space before it and all that was mapped there.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>
#include <sys/mman.h>

static long count = 3, every_ms = 100, size = 1 << 20, from_thread = 0;
static const struct option_value options[] = {
    {"count", &count, "execs still to do"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes mapped in each space"},
    {"thread", &from_thread, "1: exec from a thread that is not the main one, which it ends"},
    {0},
};

static char **arguments;
static char own_path[4096];

// The same command line, one exec fewer. By its real path: the kernel names a process after it.
static NAMED_FRAME void exec_next(void) {
  char left[24], bytes[24], pause[24], thread[24];
  snprintf(left, sizeof left, "%ld", count - 1);
  snprintf(bytes, sizeof bytes, "%ld", size);
  snprintf(pause, sizeof pause, "%ld", every_ms);
  snprintf(thread, sizeof thread, "%ld", from_thread);
  char *next[] = {arguments[0], "--count", left,   "--size",   bytes, "--every",
                  pause,        "--thread", thread, hold_at_end ? "--hold" : NULL, NULL};
  execv(own_path, next);
  fail("execv");
}

static NAMED_FRAME void *exec_from_thread(void *unused) {
  exec_next();
  return unused;
}

int main(int argc, char **argv) {
  arguments = argv;
  if (getenv("EXEC_CHAIN_STARTED"))
    parse_options(argc, argv, options);
  else
    start_program(argc, argv, options);
  setenv("EXEC_CHAIN_STARTED", "1", 1);  // the pid is printed once only
  if (readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0) fail("readlink");

  void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) fail("mmap");
  say(STDOUT_FILENO, "mapped %p %ld, %ld to go\n", mapped, size, count);
  sleep_ms(every_ms);
  if (count > 0) {
    if (!from_thread) exec_next();
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, exec_from_thread, NULL))) fail("pthread_create");
    pthread_join(thread, NULL);
  }
  finish_program();
  return 0;
}
