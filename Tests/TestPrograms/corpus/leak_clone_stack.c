// Leaks a 40 KiB stack every 250 ms: a raw clone(CLONE_VM) runs on it, is waited for, and it stays mapped.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <sched.h>
#include <sys/wait.h>

static long every_ms = 250, size = 40 << 10;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one stack"},
    {0},
};

static int probe(void *unused) {
  (void)unused;
  sleep_ms(1);
  return 0;
}

static NAMED_FRAME void start_probe(void) {
  char *stack = map_touched(size);  // culprit
  int child = clone(probe, stack + size, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL);
  if (child < 0) fail("clone");
  if (waitpid(child, NULL, 0) != child) fail("waitpid");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) start_probe();
}
