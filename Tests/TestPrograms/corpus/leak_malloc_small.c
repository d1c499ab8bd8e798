// Leaks 200 small mallocs (160 KiB in all) every 200 ms amid as many freed ones: the heap grows by brk.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME char *intern_string(size_t length) {
  char *text = malloc(length);  // culprit
  if (!text) fail("malloc");
  memset(text, 'x', length);
  return text;
}

static NAMED_FRAME char *parse_field(size_t length) {
  char *text = malloc(length);
  if (!text) fail("malloc");
  memset(text, 'y', length);
  return text;
}

static NAMED_FRAME void parse_request(void) {
  for (int i = 0; i < 200; i++) {
    char *field = parse_field(700);
    __asm__ volatile("" ::"r"(intern_string(800)) : "memory");
    free(field);
  }
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) parse_request();
}
