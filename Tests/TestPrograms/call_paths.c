// Maps memory from two call paths in turn, through a helper that is inlined, `depth` calls deep.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sys/mman.h>

static long count = 10, every_ms = 20, depth = 0, size = 64 << 10;
static const struct option_value options[] = {
    {"count", &count, "mappings to leave behind; 0: until killed"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"depth", &depth, "further calls in between, of 1 KiB of stack each"},
    {"size", &size, "bytes of one mapping"},
    {0},
};

static inline __attribute__((always_inline)) void take_room(size_t bytes) {
  if (mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) fail("mmap");
}

static NAMED_FRAME int north_gate(void) {
  take_room(size);
  return 1;
}

static NAMED_FRAME int south_gate(void) {
  take_room(size);
  return 2;
}

static NAMED_FRAME int descend(long left, int (*gate)(void)) {
  volatile char frame[1024];
  frame[0] = frame[1023] = (char)left;
  int result = left ? descend(left - 1, gate) : gate();
  return result + frame[1023] - frame[0];
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  for (long made = 0; count == 0 || made < count; made++) {
    if (made) sleep_ms(every_ms);
    descend(depth, made % 2 ? south_gate : north_gate);
  }
  finish_program();
  return 0;
}
