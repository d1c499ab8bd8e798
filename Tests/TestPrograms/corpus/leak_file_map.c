// Leaks a 256 KiB map of a file every 200 ms: the descriptor is closed, the map never unmapped.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <fcntl.h>

static long every_ms = 200;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static const size_t document_bytes = 256 << 10;
static char path[] = "/tmp/corpus-document-XXXXXX";

static NAMED_FRAME unsigned char load_document(void) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) fail("open");
  unsigned char *text = mmap(NULL, document_bytes, PROT_READ, MAP_PRIVATE, fd, 0);  // culprit
  if (text == MAP_FAILED) fail("mmap");
  close(fd);
  return text[0];
}

static void remove_document(int signal_number) {
  (void)signal_number;
  unlink(path);
  _exit(0);
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  int fd = mkstemp(path);
  if (fd < 0 || ftruncate(fd, document_bytes)) fail("mkstemp");
  close(fd);
  signal(SIGTERM, remove_document);
  signal(SIGALRM, remove_document);
  say_ready();
  for (;; sleep_ms(every_ms)) load_document();
}
