// Innocent: eight std::async tasks every 100 ms, their futures waited for.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <future>
#include <numeric>
#include <vector>

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one round to the next"},
    {0},
};

NAMED_FRAME static long sum_shards(int shards) {
  std::vector<std::future<long>> sums;
  for (int shard = 0; shard < shards; shard++)
    sums.push_back(std::async(std::launch::async, [shard] {
      std::vector<long> values(100000, shard);
      return std::accumulate(values.begin(), values.end(), 0L);
    }));
  long total = 0;
  for (auto &sum : sums) total += sum.get();
  return total;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) sum_shards(8);
}
