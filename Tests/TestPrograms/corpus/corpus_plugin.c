// The library that leak_plugin, leak_dlopen and fine_dlopen_churn open: its render() maps and forgets.
// SPDX-License-Identifier: Apache-2.0
#include "corpus_program.h"

void plugin_render(void);

// Memory of its own: what the loader maps for it is more than its file.
char plugin_state[64 << 10];

static NAMED_FRAME void draw_glyphs(void) {
  char *glyphs = map_touched(256 << 10);  // culprit
  plugin_state[0] = glyphs[0];
}

void plugin_render(void) {
  draw_glyphs();
  plugin_state[1]++;
}
