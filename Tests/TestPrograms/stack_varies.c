// Leaks a mapping a tick from one call path, on whose stack other words that look like code lie each time:
// every call looks like a call path of its own until it is unwound.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sys/mman.h>

static long count = 0, every_ms = 100, size = 1 << 20;
static const struct option_value options[] = {
    {"count", &count, "mappings to leave behind; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of each"},
    {0},
};

static NAMED_FRAME void keep_page(unsigned *random) {
  const char *volatile words[64];
  for (int i = 0; i < 64; i++) {
    *random = *random * 1103515245u + 12345u;
    words[i] = (const char *)memcpy + (*random >> 16) % 4000 * 16 + 5;
  }
  if (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
    fail("mmap");
  (void)words[3];
}

int main(int argc, char **argv) {
  unsigned random = 7;
  start_program(argc, argv, options);
  for (long kept = 0; count == 0 || kept < count; kept++) {
    if (kept) sleep_ms(every_ms);
    keep_page(&random);
  }
  finish_program();
  return 0;
}
