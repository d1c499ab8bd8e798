// Leaks a thread's stack (8 MiB) every 250 ms: std::threads that end at once, kept and never joined.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <thread>

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

namespace search {
static volatile long indexed;

NAMED_FRAME void launch_indexer() {
  auto *indexer = new std::thread([] { indexed = indexed + 1; });  // culprit
  __asm__ volatile("" ::"r"(indexer) : "memory");
}
}  // namespace search

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) search::launch_indexer();
}
