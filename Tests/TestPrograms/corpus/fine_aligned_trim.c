// Innocent: aligned regions of 2 MiB cut out of 4 MiB, head and tail unmapped; 8 are kept, then replaced.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <stdint.h>

enum { KEPT = 8 };
static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t region_bytes = 2 << 20;
static char *regions[KEPT];

static NAMED_FRAME char *map_aligned(void) {
  char *area = map_touched(2 * region_bytes);
  char *region = (char *)(((uintptr_t)area + region_bytes - 1) & ~(region_bytes - 1));
  char *end = region + region_bytes;
  if (region > area) unmap(area, region - area);
  unmap(end, area + 2 * region_bytes - end);
  return region;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (int i = 0;; i = (i + 1) % KEPT, sleep_ms(every_ms)) {
    if (regions[i]) unmap(regions[i], region_bytes);
    regions[i] = map_aligned();
  }
}
