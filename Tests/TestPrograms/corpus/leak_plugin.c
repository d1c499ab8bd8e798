// Leaks 256 KiB every 200 ms inside a library that is opened by dlopen after the start.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

#include <dlfcn.h>
#include <libgen.h>

static long every_ms = 200, wait_ms = 1500;
static const struct option_value options[] = {
    {"every", &every_ms, "milliseconds from one to the next"},
    {"wait", &wait_ms, "milliseconds from the ready line to the dlopen"},
    {0},
};

static NAMED_FRAME void draw_page(void (*render)(void)) {
  render();
  __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv) {
  start_corpus_program(argc, argv, options);
  say_ready();
  sleep_ms(wait_ms);
  char self[3072] = {0}, library[4096];
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) fail("readlink");
  snprintf(library, sizeof library, "%s/libcorpus_plugin.so", dirname(self));
  void *plugin = dlopen(library, RTLD_NOW);
  void (*render)(void) = plugin ? (void (*)(void))dlsym(plugin, "plugin_render") : NULL;
  if (!render) {
    say(STDERR_FILENO, "%s\n", dlerror());
    return 1;
  }
  for (;; sleep_ms(every_ms)) draw_page(render);
}
