// Leaks 160 KiB every 200 ms, but only after it has replaced itself by exec, 2 s after the start.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200, again = 0;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"again", &again, "1: after the exec"},
    {0},
};

static NAMED_FRAME void keep_reply(void) {
  char *reply = map_touched(160 << 10);  // culprit
  __asm__ volatile("" ::"r"(reply) : "memory");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  if (!again) {
    sleep_ms(2000);
    execl("/proc/self/exe", argv[0], "--again", "1", NULL);
    fail("exec");
  }
  for (;; sleep_ms(every_ms)) keep_reply();
}
