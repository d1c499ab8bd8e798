// SPDX-License-Identifier: Apache-2.0
// What every program of the corpus shares: `pid` and `ready` lines, options, a pace, an end.
//
// The line a leak is to be traced to ends in a comment `culprit`; scripts/corpus reads it from there.
#ifndef CORPUS_PROGRAM_H
#define CORPUS_PROGRAM_H

#include "../test_program.h"

#include <sys/mman.h>

#define PAGE_BYTES 4096L

// Ends by itself after ten minutes, should the one who started it have died.
static inline void start_corpus_program(int argc, char **argv, const struct option_value *options) {
  alarm(600);
  start_program(argc, argv, options);
}

static inline void say_ready(void) { say(STDOUT_FILENO, "ready\n"); }

// Maps private anonymous memory and writes to its first page. A macro, so that the call is made, by
// the debug information too, on the line of whoever maps.
#define map_touched(bytes)                                                                        \
  ({                                                                                              \
    char *touched =                                                                               \
        (char *)mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);    \
    if (touched == MAP_FAILED) fail("mmap");                                                      \
    *(volatile char *)touched = 1;                                                                \
    touched;                                                                                      \
  })

static inline void unmap(void *at, size_t bytes) {
  if (munmap(at, bytes)) fail("munmap");
}

// The same numbers on every run.
static inline unsigned next_random(unsigned *state) {
  *state = *state * 1103515245u + 12345u;
  return *state >> 16;
}

#endif
