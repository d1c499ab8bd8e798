// Gives each pthread a stack of the caller's own (pthread_attr_setstack) and reuses it: nothing leaks.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>
#include <sys/mman.h>

static long count = 20, stacks = 4, every_ms = 50, size = 256 << 10, run_ms = 1;
static const struct option_value options[] = {
    {"count", &count, "threads to run, each joined; 0: until killed"},
    {"stacks", &stacks, "stacks to take turns with, at most 1024"},
    {"every", &every_ms, "milliseconds from one thread to the next"},
    {"size", &size, "bytes of one stack"},
    {"run", &run_ms, "milliseconds that each thread lives"},
    {0},
};

static char *stack_pool[1024];

static NAMED_FRAME void *decode_frame(void *unused) {
  sleep_ms(run_ms);
  return unused;
}

static NAMED_FRAME void reserve_stacks(size_t stack_bytes) {
  for (long i = 0; i < stacks; i++) {
    stack_pool[i] = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack_pool[i] == MAP_FAILED) fail("mmap");
  }
}

static NAMED_FRAME void decode_on(char *stack, size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  if ((errno = pthread_attr_setstack(&attr, stack, stack_bytes))) fail("pthread_attr_setstack");
  if ((errno = pthread_create(&thread, &attr, decode_frame, NULL))) fail("pthread_create");
  if ((errno = pthread_join(thread, NULL))) fail("pthread_join");
  pthread_attr_destroy(&attr);
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (stacks > 1024) stacks = 1024;
  reserve_stacks(size);
  for (long frame = 0; count == 0 || frame < count; frame++) {
    if (frame) sleep_ms(every_ms);
    decode_on(stack_pool[frame % stacks], size);
  }
  wait_for_threads(1);
  finish_program();
  return 0;
}
