// Innocent: a buffer that mremap lengthens twelve times by 256 KiB and then cuts back, every 2.4 s.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one change to the next"},
    {0},
};

static NAMED_FRAME char *resize_buffer(char *buffer, size_t from, size_t to) {
  char *moved = mremap(buffer, from, to, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) fail("mremap");
  moved[to - 1] = 1;
  return moved;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  const size_t step = 256 << 10;
  char *buffer = map_touched(step);
  say_ready();
  for (;;) {
    for (int i = 1; i < 12; i++, sleep_ms(every_ms)) buffer = resize_buffer(buffer, i * step, (i + 1) * step);
    buffer = resize_buffer(buffer, 12 * step, step);
    sleep_ms(every_ms);
  }
}
