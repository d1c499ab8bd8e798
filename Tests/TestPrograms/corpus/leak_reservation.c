// Leaks a reservation of 256 MiB of address space (PROT_NONE) every 250 ms; 64 KiB of each is used.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void reserve_region(void) {
  char *region = mmap(NULL, 256 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);  // culprit
  if (region == MAP_FAILED) fail("mmap");
  if (mprotect(region, 64 << 10, PROT_READ | PROT_WRITE)) fail("mprotect");
  region[0] = 1;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) reserve_region();
}
