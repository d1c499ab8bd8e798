// Starts N short-lived children a second, every fourth by vfork and exec of /bin/true; each maps, unmaps and ends.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sys/mman.h>
#include <sys/wait.h>

static long rate = 200, seconds = 2, size = 64 << 10, exec_each = 4;
static const struct option_value options[] = {
    {"rate", &rate, "children a second"},
    {"seconds", &seconds, "how long; 0: until killed"},
    {"size", &size, "bytes that each forked child maps and unmaps"},
    {"exec-each", &exec_each, "one child in that many is vfork and exec; 0: none"},
    {0},
};

static NAMED_FRAME void run_child(void) {
  char *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) _exit(1);
  mapped[0] = 1;
  munmap(mapped, size);
  _exit(0);
}

static NAMED_FRAME pid_t start_by_fork(void) {
  pid_t child = fork();
  if (child == 0) run_child();
  return child;
}

static NAMED_FRAME pid_t start_by_vfork(void) {
  pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", NULL);
    _exit(127);
  }
  return child;
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (rate < 1) rate = 1;
  double begin = seconds_now();
  long started = 0, execs = 0, failed = 0;
  while (seconds == 0 || started < rate * seconds) {
    double ahead = begin + (double)started / rate - seconds_now();
    if (ahead > 0) sleep_ms((long)(ahead * 1000) + 1);
    bool exec = exec_each && started % exec_each == exec_each - 1;
    if ((exec ? start_by_vfork() : start_by_fork()) < 0) fail("fork");
    started++;
    execs += exec;
    int status;
    while (waitpid(-1, &status, WNOHANG) > 0) failed += status != 0;
  }
  int status;
  while (waitpid(-1, &status, 0) > 0) failed += status != 0;
  say(STDOUT_FILENO, "started %ld, %ld of them by vfork and exec, %ld failed, in %.2f s\n",
          started, execs, failed, seconds_now() - begin);
  finish_program();
  return failed != 0;
}
