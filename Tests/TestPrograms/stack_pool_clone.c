// Owns a few stacks and reuses them for raw clones, idle ones lying there without a thread: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

static long count = 20, stacks = 4, every_ms = 50, size = 40 << 10, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "children to run; 0: until killed"},
    {"stacks", &stacks, "stacks to take turns with, at most 1024"},
    {"every", &every_ms, "milliseconds from one child to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each child lives"},
    {0},
};

static char *stack_pool[1024];

static NAMED_FRAME int run_job(void *unused) {
  (void)unused;
  sleep_ms(run_ms);
  return 0;
}

static NAMED_FRAME void fill_stack_pool(size_t stack_bytes) {
  for (long i = 0; i < stacks; i++) {
    stack_pool[i] = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack_pool[i] == MAP_FAILED) fail("mmap");
  }
}

static NAMED_FRAME void start_job(char *stack, size_t stack_bytes) {
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD;
  pid_t child = clone(run_job, stack + stack_bytes, flags, NULL);
  if (child < 0) fail("clone");
  if (waitpid(child, NULL, 0) != child) fail("waitpid");
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (stacks > 1024) stacks = 1024;
  fill_stack_pool(size);
  for (long job = 0; count == 0 || job < count; job++) {
    if (job) sleep_ms(every_ms);
    start_job(stack_pool[job % stacks], size);
  }
  finish_program();
  return 0;
}
