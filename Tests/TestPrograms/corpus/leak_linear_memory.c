// Makes 256 KiB more of one reservation accessible every 150 ms, as an engine grows the memory of a module.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 150;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char *memory;
static size_t used;

static NAMED_FRAME void grow_memory(void) {
  if (mprotect(memory + used, 256 << 10, PROT_READ | PROT_WRITE)) fail("mprotect");  // culprit
  memset(memory + used, 1, 256 << 10);
  used += 256 << 10;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  memory = mmap(NULL, 4L << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  grow_memory();
  say_ready();
  for (;; sleep_ms(every_ms)) grow_memory();
}
