// Leaks 128 KiB every 250 ms through a helper that five times as many callers use and give back.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME char *buffer_new(void) {
  char *buffer = map_touched(128 << 10);  // culprit
  return buffer;
}

static NAMED_FRAME void render_frame(void) {
  char *buffer = buffer_new();
  sleep_ms(1);
  unmap(buffer, 128 << 10);
}

static NAMED_FRAME void take_snapshot(void) {
  char *buffer = buffer_new();
  buffer[1] = 1;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;;) {
    take_snapshot();
    for (int i = 0; i < 5; i++, sleep_ms(every_ms / 5)) render_frame();
  }
}
