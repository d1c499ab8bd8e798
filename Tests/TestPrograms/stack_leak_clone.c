// Leaks a stack a tick: maps it, runs a child process of the same address space on it, never unmaps it.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

static long count = 10, every_ms = 100, size = 40 << 10, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "stacks to leave behind; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each child lives"},
    {0},
};

// Runs on the new stack. It shares the parent's thread-local storage too, so it does next to nothing.
static NAMED_FRAME int send_heartbeat(void *unused) {
  (void)unused;
  volatile char used[2048];
  memset((char *)used, 1, sizeof used);
  sleep_ms(run_ms);
  return used[7] - 1;
}

static NAMED_FRAME int start_heartbeat(size_t stack_bytes) {
  char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) fail("mmap");
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD;
  pid_t child = clone(send_heartbeat, stack + stack_bytes, flags, NULL);
  if (child < 0) fail("clone");
  if (waitpid(child, NULL, 0) != child) fail("waitpid");
  return child;
}

static NAMED_FRAME void report_forever(void) {
  for (long sent = 0; count == 0 || sent < count; sent++) {
    if (sent) sleep_ms(every_ms);
    if (start_heartbeat(size) == 0) return;
  }
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  report_forever();
  finish_program();
  return 0;
}
