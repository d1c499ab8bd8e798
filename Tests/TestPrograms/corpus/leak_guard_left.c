// Leaks a guard page every 150 ms: the buffer above it is unmapped, the guard itself is forgotten.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 150;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t buffer_bytes = 64 << 10;

static NAMED_FRAME char *make_guarded_buffer(void) {
  char *guard = mmap(NULL, PAGE_BYTES + buffer_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // culprit
  if (guard == MAP_FAILED) fail("mmap");
  char *buffer = guard + PAGE_BYTES;
  if (mprotect(buffer, buffer_bytes, PROT_READ | PROT_WRITE)) fail("mprotect");
  buffer[0] = 1;
  return buffer;
}

static NAMED_FRAME void encrypt_block(void) {
  char *buffer = make_guarded_buffer();
  sleep_ms(2);
  unmap(buffer, buffer_bytes);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) encrypt_block();
}
