// Innocent: a ring of 16 segments that is full from the start; every 100 ms a new one replaces the oldest.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { SEGMENTS = 16 };
static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char *segments[SEGMENTS];

static NAMED_FRAME void open_segment(int slot) {
  segments[slot] = map_touched(1 << 20);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  for (int i = 0; i < SEGMENTS; i++) open_segment(i);
  say_ready();
  for (int i = 0;; i = (i + 1) % SEGMENTS, sleep_ms(every_ms)) {
    // The new one first: for a moment there is one more.
    char *oldest = segments[i];
    open_segment(i);
    unmap(oldest, 1 << 20);
  }
}
