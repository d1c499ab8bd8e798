// Leaks one page every 100 ms: maps 17 pages for a frame and its trailer, unmaps 16.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void read_frame(void) {
  char *frame = map_touched(17 * PAGE_BYTES);  // culprit
  sleep_ms(2);
  unmap(frame, 16 * PAGE_BYTES);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) read_frame();
}
