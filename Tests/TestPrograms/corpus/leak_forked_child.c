// Leaks 128 KiB every 200 ms in a forked worker; its parent, and a second worker, leak nothing.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static NAMED_FRAME void cache_result(void) {
  char *result = map_touched(128 << 10);  // culprit
  __asm__ volatile("" ::"r"(result) : "memory");
}

static NAMED_FRAME void answer(void) {
  char *result = map_touched(128 << 10);
  sleep_ms(1);
  unmap(result, 128 << 10);
}

static void work(void (*serve)(void)) {
  pid_t parent = getppid();
  for (; getppid() == parent; sleep_ms(every_ms)) serve();
  _exit(0);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  if (fork() == 0) work(cache_result);
  if (fork() == 0) work(answer);
  say_ready();
  for (;; sleep_ms(every_ms)) answer();
}
