// Innocent: commits 1 MiB with MAP_FIXED inside a reserved 64 GiB every 100 ms; 24 at most, then gives all back.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { MOST = 24 };
static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one commit to the next"},
    {0},
};

static const size_t region_bytes = 1 << 20;

static NAMED_FRAME void commit_region(char *at) {
  if (mmap(at, region_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
    fail("mmap");
  at[0] = 1;
}

static NAMED_FRAME void decommit_regions(char *at) {
  if (mmap(at, MOST * region_bytes, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != at)
    fail("mmap");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  char *base = mmap(NULL, 64UL << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) fail("mmap");
  say_ready();
  for (;;) {
    for (int i = 0; i < MOST; i++, sleep_ms(every_ms)) commit_region(base + i * region_bytes);
    decommit_regions(base);
  }
}
