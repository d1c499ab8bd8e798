// Innocent: a std::map, a std::deque and std::strings grow for 2 s to some 20 MiB and are then cleared.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <deque>
#include <map>
#include <string>

static long every_ms = 50;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one step to the next"},
    {0},
};

struct Batch {
  std::map<long, std::string> names;
  std::deque<std::string> queue;

  NAMED_FRAME void add(long number) {
    for (int i = 0; i < 400; i++) {
      names.emplace(number * 400 + i, std::string(300, 'n'));
      queue.emplace_back(i % 100 == 0 ? 200000 : 400, 'q');
    }
  }
};

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;;) {
    Batch batch;
    for (long step = 0; step < 40; step++, sleep_ms(every_ms)) batch.add(step);
  }
}
