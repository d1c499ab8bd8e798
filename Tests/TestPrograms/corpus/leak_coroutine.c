// Leaks a coroutine's stack of 64 KiB every 200 ms: mmap and makecontext, run to its end, never unmapped.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <ucontext.h>

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static ucontext_t scheduler, coroutine;
static const size_t stack_bytes = 64 << 10;
static volatile long finished;

static void handle_event(void) { finished++; }

static NAMED_FRAME void spawn_coroutine(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
  char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, flags, -1, 0);  // culprit
  if (stack == MAP_FAILED) fail("mmap");
  // The lowest page guards it, as coroutine libraries do.
  if (mprotect(stack, PAGE_BYTES, PROT_NONE)) fail("mprotect");
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = stack + PAGE_BYTES;
  coroutine.uc_stack.ss_size = stack_bytes - PAGE_BYTES;
  coroutine.uc_link = &scheduler;
  makecontext(&coroutine, handle_event, 0);
  if (swapcontext(&scheduler, &coroutine)) fail("swapcontext");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) spawn_coroutine();
}
