// Innocent: three interleaved requests each build an arena of 1 to 20 chunks and free it whole at their end.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { REQUESTS = 3, MOST = 20 };
static long every_ms = 40;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one chunk to the next"},
    {0},
};

static struct arena {
  char *chunks[MOST];
  int count, wanted;
} arenas[REQUESTS];

static NAMED_FRAME void add_chunk(struct arena *arena) {
  arena->chunks[arena->count] = map_touched((size_t)(64 << 10) * (1 + arena->count % 4));
  arena->count++;
}

static NAMED_FRAME void end_request(struct arena *arena) {
  for (int i = 0; i < arena->count; i++) unmap(arena->chunks[i], (size_t)(64 << 10) * (1 + i % 4));
  arena->count = 0;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 7;
  say_ready();
  for (;; sleep_ms(every_ms)) {
    struct arena *arena = &arenas[next_random(&state) % REQUESTS];
    if (arena->count == 0) arena->wanted = 1 + next_random(&state) % MOST;
    add_chunk(arena);
    if (arena->count >= arena->wanted) end_request(arena);
  }
}
