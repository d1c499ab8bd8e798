// SPDX-License-Identifier: Apache-2.0
// The calls of map_storm that are issued only where asked for: rare ones, and those that fail late.
#ifndef MAP_STORM_FEATURES_H
#define MAP_STORM_FEATURES_H

#include "map_storm_others.h"

static long huge_bytes;

static void use_huge_pages(struct worker *w) {
  struct form form = any_form(w);
  char *area = w->area + (1L << 31) + below(w, 4) * huge_bytes;
  size_t length = (1 + (size_t)below(w, 2)) * huge_bytes;
  int huge = MAP_HUGETLB | (one_in(w, 2) ? __builtin_ctzl(huge_bytes) << MAP_HUGE_SHIFT : 0);
  switch (below(w, 7)) {
    case 0:
    case 1:
      sys_mmap(w, area, length - (one_in(w, 2) ? 5 * page : 0), form.prot,
               (one_in(w, 3) ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED | huge, -1, 0);
      break;
    case 2: sys_munmap(w, area, length); break;
    case 3: sys_munmap(w, area + page, length); break;
    case 4: sys_mprotect(w, area, length, any_prot(w)); break;
    case 5: sys_mremap(w, area, length, huge_bytes, MREMAP_MAYMOVE, NULL); break;
    default: sys_mmap(w, area + page, page, PROT_READ, anonymous | MAP_FIXED, -1, 0); break;
  }
}

static void use_aio(struct worker *w) {
  unsigned long *contexts = w->aio_contexts;
  int which = (int)below(w, 2);
  w->calls++;
  if (contexts[which]) {
    syscall(SYS_io_destroy, contexts[which]);
    contexts[which] = 0;
  } else {
    syscall(SYS_io_setup, 1 + below(w, 64), &contexts[which]);
  }
}

static void remap_pages_of_file(struct worker *w) {
  struct span piece = any_piece(w);
  w->calls++;
  syscall(SYS_remap_file_pages, piece.start, piece.length, 0, below(w, 8), 0);
}

static void seal_piece(struct worker *w) {
  char *area = w->area + (3L << 30) + below(w, 1 << 14) * 8 * page;
  sys_mmap(w, area, 4 * page, PROT_READ | PROT_WRITE, anonymous | MAP_FIXED, -1, 0);
  w->calls++;
  syscall(462 /* mseal */, area + page, page, 0);
  sys_munmap(w, area, 4 * page);
  sys_munmap(w, area + 2 * page, 2 * page);
  sys_mprotect(w, area, 2 * page, PROT_READ);
  sys_mremap(w, area, 2 * page, page, 0, NULL);
}

// Maps until the kernel has enough, and tries what would need one mapping more.
static void reach_limit(struct worker *w) {
  char *area = w->area + (1L << 30);
  long made = 0;
  char *got;
  do {
    got = sys_mmap(w, area + made * 4 * page, 3 * page, PROT_READ, anonymous | MAP_FIXED, -1, 0);
  } while (!is_error(got) && ++made < 70000);
  for (int i = 0; i < 64; i++) {
    char *at = area + below(w, made) * 4 * page;
    sys_munmap(w, at + page, page);
    sys_mprotect(w, at + page, page, PROT_NONE);
    sys_mprotect(w, at, 3 * page, PROT_NONE);
    sys_mprotect(w, at, 3 * page, PROT_READ);
    sys_munmap(w, at + 2 * page, 3 * page);
    sys_mremap(w, at, page, 2 * page, MREMAP_MAYMOVE, NULL);
  }
  sys_munmap(w, area, (size_t)(made + 2) * 4 * page);
}

#endif
