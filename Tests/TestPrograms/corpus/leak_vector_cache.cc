// Leaks a result of 400 KB every 200 ms: std::vectors moved into a vector that nobody ever cleans.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <vector>

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

namespace query {
struct Cache {
  std::vector<std::vector<char>> results;

  NAMED_FRAME void remember_result(int seed) {
    std::vector<char> result(400000, static_cast<char>(seed));  // culprit
    results.push_back(std::move(result));
  }
};
}  // namespace query

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  query::Cache cache;
  for (int seed = 0;; seed++, sleep_ms(every_ms)) cache.remember_result(seed);
}
