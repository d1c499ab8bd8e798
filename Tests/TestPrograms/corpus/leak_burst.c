// Leaks in bursts: 8 mappings of 96 KiB at once every 1.5 s, nothing in between but churn of that size.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 1500;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one burst to the next"},
    {0},
};

static NAMED_FRAME void reload_shards(void) {
  for (int i = 0; i < 8; i++) {
    char *shard = map_touched(96 << 10);  // culprit
    __asm__ volatile("" ::"r"(shard) : "memory");
  }
}

static NAMED_FRAME void answer_query(void) {
  char *scratch = map_touched(96 << 10);
  sleep_ms(1);
  unmap(scratch, 96 << 10);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;;) {
    reload_shards();
    for (long waited = 0; waited < every_ms; waited += 50, sleep_ms(49)) answer_query();
  }
}
