// Innocent: forks a child for each request, one every 60 ms; the child maps memory and ends without freeing.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <sys/wait.h>

static long every_ms = 60;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void handle_connection(void) {
  for (int i = 0; i < 10; i++, sleep_ms(30)) {
    char *buffer = map_touched(128 << 10);
    __asm__ volatile("" ::"r"(buffer) : "memory");
  }
  _exit(0);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) {
    if (fork() == 0) handle_connection();
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
  }
}
