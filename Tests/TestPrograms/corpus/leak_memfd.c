// Leaks a shared map of a memfd, 512 KiB, every 250 ms: the descriptor is closed, the map stays.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 250;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t surface_bytes = 512 << 10;

static NAMED_FRAME void share_surface(void) {
  int fd = memfd_create("surface", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, surface_bytes)) fail("memfd_create");
  char *surface = mmap(NULL, surface_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);  // culprit
  if (surface == MAP_FAILED) fail("mmap");
  surface[0] = 1;
  close(fd);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  for (;; sleep_ms(every_ms)) share_surface();
}
