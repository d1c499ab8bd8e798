// Leaks a loaded library every 300 ms: each rule set is a new copy of one library, never dlclosed.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/sendfile.h>

static long every_ms = 300;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char library[4096];

// A fresh file with the library's bytes: the loader would hand out a known one again.
static void copy_library(char *copy) {
  int from = open(library, O_RDONLY), to = mkstemp(copy);
  if (from < 0 || to < 0) fail(library);
  while (sendfile(to, from, NULL, 1 << 20) > 0) {
  }
  close(from);
  close(to);
}

static NAMED_FRAME void load_rule_set(void) {
  char copy[] = "/tmp/corpus-rules-XXXXXX";
  copy_library(copy);
  void *rules = dlopen(copy, RTLD_NOW);  // culprit
  unlink(copy);
  if (!rules) {
    say(STDERR_FILENO, "%s\n", dlerror());
    _exit(1);
  }
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  char self[3072] = {0};
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) fail("readlink");
  snprintf(library, sizeof library, "%s/libcorpus_plugin.so", dirname(self));
  say_ready();
  for (;; sleep_ms(every_ms)) load_rule_set();
}
