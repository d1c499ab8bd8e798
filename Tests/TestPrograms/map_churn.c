// Maps and unmaps as fast as it can from N threads, and prints how many pairs were done.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

static long threads = 1, seconds = 2, size = 16 << 10;
static const struct option_value options[] = {
    {"threads", &threads, "threads, at most 256"},
    {"seconds", &seconds, "how long"},
    {"size", &size, "bytes of each mapping, never touched"},
    {0},
};

static atomic_bool stop;
static long pairs[256][8];  // one cache line a thread

static NAMED_FRAME void *churn(void *own) {
  long done = 0;
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED || munmap(mapped, size)) fail("mmap and munmap");
    done++;
  }
  *(long *)own = done;
  return NULL;
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (threads < 1) threads = 1;
  if (threads > 256) threads = 256;
  pthread_t thread[256];
  double begin = seconds_now();
  for (long i = 0; i < threads; i++)
    if ((errno = pthread_create(&thread[i], NULL, churn, pairs[i]))) fail("pthread_create");
  sleep_ms(seconds * 1000);
  atomic_store(&stop, true);
  long total = 0;
  for (long i = 0; i < threads; i++) {
    pthread_join(thread[i], NULL);
    total += pairs[i][0];
  }
  double took = seconds_now() - begin;
  say(STDOUT_FILENO, "pairs %ld in %.3f s, %.0f ns a pair and thread\n", total, took,
          took * 1e9 * threads / (total ? total : 1));
  wait_for_threads(1);
  finish_program();
  return 0;
}
