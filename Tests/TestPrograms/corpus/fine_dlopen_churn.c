// Innocent: opens a fresh copy of a library every 100 ms and closes it after 300 ms.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/sendfile.h>

static long every_ms = 100;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {0},
};

static char library[4096];

static NAMED_FRAME void *load_rule_set(void) {
  char copy[] = "/tmp/corpus-rules-XXXXXX";
  int from = open(library, O_RDONLY), to = mkstemp(copy);
  if (from < 0 || to < 0) fail(library);
  while (sendfile(to, from, NULL, 1 << 20) > 0) {
  }
  close(from);
  close(to);
  void *rules = dlopen(copy, RTLD_NOW);
  unlink(copy);
  if (!rules) {
    say(STDERR_FILENO, "%s\n", dlerror());
    _exit(1);
  }
  return rules;
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  char self[3072] = {0};
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) fail("readlink");
  snprintf(library, sizeof library, "%s/libcorpus_plugin.so", dirname(self));
  void *open_sets[3] = {0};
  say_ready();
  for (int i = 0;; i = (i + 1) % 3, sleep_ms(every_ms)) {
    if (open_sets[i]) dlclose(open_sets[i]);
    open_sets[i] = load_rule_set();
  }
}
