// Innocent: posix_spawn of /bin/true every 100 ms: each time the C library maps a stack for the child, shortly.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <spawn.h>
#include <sys/wait.h>

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

extern char **environ;

static NAMED_FRAME void run_command(void) {
  char *words[] = {"true", NULL};
  pid_t child;
  if ((errno = posix_spawn(&child, "/bin/true", NULL, NULL, words, environ))) fail("posix_spawn");
  if (waitpid(child, NULL, 0) != child) fail("waitpid");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) run_command();
}
