// Leaks 256 KiB every 250 ms: one log buffer, lengthened by mremap for each record and never cut.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char *log_buffer;
static size_t log_bytes = 256 << 10;

static NAMED_FRAME void append_record(void) {
  size_t longer = log_bytes + (256 << 10);
  char *moved = mremap(log_buffer, log_bytes, longer, MREMAP_MAYMOVE);  // culprit
  if (moved == MAP_FAILED) fail("mremap");
  moved[log_bytes] = 1;
  log_buffer = moved;
  log_bytes = longer;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  log_buffer = map_touched(log_bytes);
  say_ready();
  for (;; sleep_ms(every_ms)) append_record();
}
