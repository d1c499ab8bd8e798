// Leaks one batch in ten, one every 600 ms: all are released but the first, which is forgotten.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { TEETH = 10 };
static long every_ms = 60;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one batch to the next"},
    {0},
};

static char *batches[TEETH];

static NAMED_FRAME char *collect_batch(void) {
  char *batch = map_touched(256 << 10);  // culprit
  return batch;
}

static NAMED_FRAME void flush_batches(void) {
  for (int i = 1; i < TEETH; i++) unmap(batches[i], 256 << 10);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;;) {
    for (int i = 0; i < TEETH; i++, sleep_ms(every_ms)) batches[i] = collect_batch();
    flush_batches();
  }
}
