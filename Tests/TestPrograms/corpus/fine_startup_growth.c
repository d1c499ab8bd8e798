// Innocent: loads 30 tables in the first 3 s, and from then on maps and unmaps what each request needs.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void load_table(void) {
  char *table = map_touched(1 << 20);
  __asm__ volatile("" ::"r"(table) : "memory");
}

static NAMED_FRAME void handle_request(void) {
  char *scratch = map_touched(1 << 20);
  sleep_ms(1);
  unmap(scratch, 1 << 20);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (int i = 0; i < 30; i++, sleep_ms(every_ms)) load_table();
  for (;; sleep_ms(every_ms)) handle_request();
}
