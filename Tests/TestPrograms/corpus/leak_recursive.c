// Leaks 128 KiB every 200 ms in a function that calls itself, each time at another depth.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200, deepest = 150;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"deepest", &deepest, "calls within each other at most"},
    {0},
};

static NAMED_FRAME int visit_folder(unsigned depth) {
  if (depth == 0) {
    map_touched(32 * PAGE_BYTES);  // culprit
    return 1;
  }
  int count = visit_folder(depth - 1);
  __asm__ volatile("" : "+r"(count)::"memory");
  return count + 1;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  unsigned random = 1;
  for (;; sleep_ms(every_ms)) visit_folder(1 + next_random(&random) % deepest);
}
