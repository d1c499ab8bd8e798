// Leaks 300 visitors (some 150 KiB of heap) every 200 ms: a std::unordered_map of strings, never erased.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <string>
#include <unordered_map>

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

namespace site {
// The table is reserved at the start, so that the growth is that of its nodes and strings.
std::unordered_map<long, std::string> visitors(1 << 17);

NAMED_FRAME void note_visitor(long number) {
  visitors.emplace(number, std::string(400, 'v'));  // culprit
}
}  // namespace site

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (long number = 0;; sleep_ms(every_ms))
    for (int i = 0; i < 300; i++) site::note_visitor(number++);
}
