// Makes N mappings that do not merge: neighbors differ in what they permit.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <sys/mman.h>

static long count = 1000, size = 4 << 10, every_ms = 0, release = 0;
static const struct option_value options[] = {
    {"count", &count, "mappings to make"},
    {"size", &size, "bytes of each"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"release", &release, "1: unmap them all again, every other one first"},
    {0},
};

static NAMED_FRAME void *map_distinct(long number) {
  int prot = number % 2 ? PROT_READ | PROT_WRITE : PROT_READ;
  return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static NAMED_FRAME void release_all(char **mapped, long made) {
  for (long odd = 0; odd < 2; odd++)
    for (long i = odd; i < made; i += 2)
      if (munmap(mapped[i], size)) fail("munmap");
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  char **mapped = calloc(count, sizeof *mapped);
  if (!mapped) fail("calloc");
  long made = 0;
  for (; made < count; made++) {
    mapped[made] = map_distinct(made);
    if (mapped[made] == MAP_FAILED) break;
    if (every_ms) sleep_ms(every_ms);
  }
  if (made < count)
    say(STDOUT_FILENO, "mapped %ld of %ld: %s\n", made, count, strerror(errno));
  else
    say(STDOUT_FILENO, "mapped %ld\n", made);
  if (release) release_all(mapped, made);
  finish_program();
  return 0;
}
