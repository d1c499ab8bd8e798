// Innocent: a cache of mappings that fills to 40 in 4 s; from then on each new one replaces the oldest used.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { MOST = 40 };
static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one miss to the next"},
    {0},
};

static struct {
  char *at;
  long used;
} entries[MOST];

static NAMED_FRAME char *load_entry(void) {
  char *entry = map_touched(512 << 10);
  return entry;
}

static NAMED_FRAME void look_up(long now, unsigned *state) {
  int oldest = 0;
  // Hits keep some entries young.
  for (int i = 0; i < 3; i++) {
    int hit = next_random(state) % MOST;
    if (entries[hit].at) entries[hit].used = now;
  }
  for (int i = 0; i < MOST; i++)
    if (!entries[i].at || (entries[oldest].at && entries[i].used < entries[oldest].used)) oldest = i;
  if (entries[oldest].at) unmap(entries[oldest].at, 512 << 10);
  entries[oldest].at = load_entry();
  entries[oldest].used = now;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 1;
  say_ready();
  for (long now = 1;; now++, sleep_ms(every_ms)) look_up(now, &state);
}
