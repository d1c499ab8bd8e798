// A child process that shares the address space (CLONE_VM) maps memory, the parent unmaps it: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long count = 5, every_ms = 100, size = 1 << 20;
static const struct option_value options[] = {
    {"count", &count, "children, one after another; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes that each child maps"},
    {0},
};

static char *volatile handed_over;
static char child_stack[64 << 10] __attribute__((aligned(16)));

// Written into memory that is the parent's own as well.
static NAMED_FRAME int map_for_parent(void *unused) {
  (void)unused;
  handed_over = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return 0;
}

static NAMED_FRAME pid_t run_child(void) {
  pid_t child = clone(map_for_parent, child_stack + sizeof child_stack, CLONE_VM | SIGCHLD, NULL);
  if (child < 0) fail("clone");
  if (waitpid(child, NULL, 0) != child) fail("waitpid");
  return child;
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  for (long turn = 0; count == 0 || turn < count; turn++) {
    if (turn) sleep_ms(every_ms);
    pid_t child = run_child();
    char *mapped = handed_over;
    if (mapped == MAP_FAILED) fail("mmap in the child");
    if (munmap(mapped, size)) fail("munmap");
    say(STDOUT_FILENO, "mapped %p %ld by %d, unmapped by %d\n", (void *)mapped, size, child, getpid());
  }
  finish_program();
  return 0;
}
