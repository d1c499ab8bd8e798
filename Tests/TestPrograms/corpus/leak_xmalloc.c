// Leaks a malloc of 300 KiB every 200 ms through an xmalloc of its own.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void *xmalloc(size_t bytes) {
  void *at = malloc(bytes);
  if (!at) fail("malloc");
  return at;
}

static NAMED_FRAME void decode_sound(void) {
  char *samples = xmalloc(300 << 10);  // culprit
  memset(samples, 7, PAGE_BYTES);
  __asm__ volatile("" ::"r"(samples) : "memory");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) decode_sound();
}
