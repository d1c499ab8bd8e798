// Innocent: an entry of 256 KiB every 150 ms, each kept for 4 s and then unmapped: old ones, but none for good.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

enum { SLOTS = 64 };
static long every_ms = 150, keep_ms = 4000;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"keep", &keep_ms, "milliseconds that each one is kept"},
    {0},
};

static struct {
  char *at;
  double expires;
} slots[SLOTS];

static NAMED_FRAME void keep_token(double now) {
  for (int i = 0; i < SLOTS; i++) {
    if (slots[i].at) continue;
    slots[i].at = map_touched(256 << 10);
    slots[i].expires = now + keep_ms / 1000.0;
    return;
  }
}

static NAMED_FRAME void drop_expired(double now) {
  for (int i = 0; i < SLOTS; i++) {
    if (!slots[i].at || slots[i].expires > now) continue;
    unmap(slots[i].at, 256 << 10);
    slots[i].at = NULL;
  }
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) {
    double now = seconds_now();
    drop_expired(now);
    keep_token(now);
  }
}
