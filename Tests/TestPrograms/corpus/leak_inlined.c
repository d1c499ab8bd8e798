// Leaks 192 KiB every 200 ms: the mmap is in a helper that is inlined twice over into the culprit.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

__attribute__((always_inline)) static inline char *map_pages(size_t pages) {
  char *at = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // culprit
  if (at == MAP_FAILED) fail("mmap");
  return at;
}

__attribute__((always_inline)) static inline char *map_shard(int shard) {
  char *at = map_pages(16 * (shard + 1));
  at[0] = 1;
  return at;
}

static NAMED_FRAME void grow_index(int shard) {
  char *entry = map_shard(shard);
  __asm__ volatile("" ::"r"(entry) : "memory");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) grow_index(2);
}
