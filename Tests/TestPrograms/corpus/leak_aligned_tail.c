// Leaks the tail of an aligned region every 200 ms: maps 4 MiB for 2 aligned ones, cuts the head off only.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <stdint.h>

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t region_bytes = 2 << 20;

static NAMED_FRAME char *map_aligned(void) {
  char *area = map_touched(2 * region_bytes);  // culprit
  char *region = (char *)(((uintptr_t)area + region_bytes - 1) & ~(region_bytes - 1));
  if (region > area) unmap(area, region - area);
  return region;
}

static NAMED_FRAME void sort_run(void) {
  char *region = map_aligned();
  sleep_ms(2);
  unmap(region, region_bytes);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) sort_run();
}
