// Leaks one mapping of 64 KiB every 5 s amid 10,000 a second of the same size that live for a moment.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 5000, rate = 10000;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one leak to the next"},
    {"rate", &rate, "short-lived mappings a second"},
    {0},
};

static NAMED_FRAME void open_session(void) {
  char *session = map_touched(64 << 10);  // culprit
  __asm__ volatile("" ::"r"(session) : "memory");
}

static NAMED_FRAME void handle_request(void) {
  char *scratch = map_touched(64 << 10);
  unmap(scratch, 64 << 10);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  double began = seconds_now(), leak_at = began;
  for (long handled = 0;; sleep_ms(2)) {
    double now = seconds_now();
    if (now >= leak_at) {
      open_session();
      leak_at += every_ms / 1000.0;
    }
    while (handled < (now - began) * rate) {
      handle_request();
      handled++;
    }
  }
}
