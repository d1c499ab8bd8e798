// Innocent: a pool that keeps its high-water mark: demand wanders between 0 and 32 buffers, none is given back.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { MOST = 32 };
static long every_ms = 40;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char *idle[MOST], *used[MOST];
static int idle_count, used_count;

static NAMED_FRAME void take_buffer(void) {
  used[used_count++] = idle_count ? idle[--idle_count] : map_touched(256 << 10);
}

static NAMED_FRAME void return_buffer(void) { idle[idle_count++] = used[--used_count]; }

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 3;
  say_ready();
  for (;; sleep_ms(every_ms)) {
    int demand = next_random(&state) % (MOST + 1);
    // Half-way to the demand at each tick.
    for (int steps = abs(demand - used_count) / 2; steps > 0; steps--)
      if (used_count < demand) take_buffer();
      else return_buffer();
  }
}
