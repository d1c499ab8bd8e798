// Leaks a malloc of 300 KiB every 200 ms: more than glibc's threshold, so a mapping of its own.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200, size = 300 << 10;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of one"},
    {0},
};

static NAMED_FRAME void decode_image(void) {
  char *pixels = malloc(size);  // culprit
  if (!pixels) fail("malloc");
  memset(pixels, 7, PAGE_BYTES);
  __asm__ volatile("" ::"r"(pixels) : "memory");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) decode_image();
}
