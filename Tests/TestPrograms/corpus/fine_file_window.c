// Innocent: walks a 1 GiB file (a hole) with a window of 4 MiB, every 30 ms one further, and over again.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

static long every_ms = 30;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t window_bytes = 4 << 20, file_bytes = 1 << 30;

static NAMED_FRAME char read_window(int fd, off_t offset) {
  volatile char *window = mmap(NULL, window_bytes, PROT_READ, MAP_SHARED, fd, offset);
  if (window == MAP_FAILED) fail("mmap");
  char first = window[0];
  sleep_ms(every_ms);
  unmap((void *)window, window_bytes);
  return first;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  char path[] = "/tmp/corpus-window-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0 || unlink(path) || ftruncate(fd, file_bytes)) fail("mkstemp");
  say_ready();
  for (size_t offset = 0;; offset = (offset + window_bytes) % file_bytes) read_window(fd, offset);
}
