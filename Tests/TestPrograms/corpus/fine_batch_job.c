// Innocent: a job maps 400 blocks in 4 s, works on them for 2 s, frees them all, and rests for 6 s.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { BLOCKS = 400 };
static long every_ms = 10;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one block to the next"},
    {0},
};

static char *blocks[BLOCKS];

static NAMED_FRAME void read_block(int number) {
  // Every other one may not be written to: the kernel joins no two of them.
  blocks[number] = map_touched(512 << 10);
  if (number % 2 && mprotect(blocks[number], 512 << 10, PROT_READ)) fail("mprotect");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(6000)) {
    for (int i = 0; i < BLOCKS; i++, sleep_ms(every_ms)) read_block(i);
    sleep_ms(2000);
    for (int i = 0; i < BLOCKS; i++) unmap(blocks[i], 512 << 10);
  }
}
