// Innocent: coroutines on 64 KiB stacks, one every 20 ms; ended ones leave their stack to a pool of 8.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <ucontext.h>

enum { POOL = 8, AT_ONCE = 20 };
static long every_ms = 20;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one step to the next"},
    {0},
};

static const size_t stack_bytes = 64 << 10;
static char *pool[POOL];
static int pooled;
static ucontext_t scheduler;

static struct coroutine {
  ucontext_t context;
  char *stack;
  bool ended;
} coroutines[AT_ONCE];

static void handle_event(int number, int steps) {
  for (; steps; steps--) swapcontext(&coroutines[number].context, &scheduler);
  coroutines[number].ended = true;
}

static NAMED_FRAME char *take_stack(void) {
  if (pooled) return pool[--pooled];
  char *stack = map_touched(stack_bytes);
  if (mprotect(stack, PAGE_BYTES, PROT_NONE)) fail("mprotect");
  return stack;
}

static NAMED_FRAME void leave_stack(char *stack) {
  if (pooled < POOL) pool[pooled++] = stack;
  else unmap(stack, stack_bytes);
}

static NAMED_FRAME void spawn_coroutine(int number, int steps) {
  struct coroutine *new = &coroutines[number];
  new->stack = take_stack();
  new->ended = false;
  getcontext(&new->context);
  new->context.uc_stack.ss_sp = new->stack + PAGE_BYTES;
  new->context.uc_stack.ss_size = stack_bytes - PAGE_BYTES;
  new->context.uc_link = &scheduler;
  makecontext(&new->context, (void (*)(void))handle_event, 2, number, steps);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  unsigned state = 5;
  say_ready();
  for (;; sleep_ms(every_ms)) {
    int number = next_random(&state) % AT_ONCE;
    struct coroutine *some = &coroutines[number];
    if (!some->stack) spawn_coroutine(number, next_random(&state) % 12);
    swapcontext(&scheduler, &some->context);
    if (some->ended) {
      leave_stack(some->stack);
      some->stack = NULL;
    }
  }
}
