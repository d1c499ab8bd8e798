// Innocent: a table that doubles when it is full (1 MiB to 64 MiB, unmapping the old), and is then cleared.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 30;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one row of entries to the next"},
    {0},
};

static char *table;
static size_t table_bytes;

static NAMED_FRAME void rehash(size_t bytes) {
  char *larger = map_touched(bytes);
  if (table) unmap(table, table_bytes);
  table = larger;
  table_bytes = bytes;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  rehash(1 << 20);
  say_ready();
  for (size_t used = 0;; used += 512 << 10, sleep_ms(every_ms)) {
    if (used < table_bytes) continue;
    bool is_full = table_bytes == 64 << 20;
    rehash(is_full ? 1 << 20 : table_bytes * 2);
    if (is_full) used = 0;
  }
}
