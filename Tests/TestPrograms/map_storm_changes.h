// SPDX-License-Identifier: Apache-2.0
// The calls of map_storm that change what is mapped: mremap and mprotect.
#ifndef MAP_STORM_CHANGES_H
#define MAP_STORM_CHANGES_H

#include "map_storm_calls.h"

// ---- mremap ----

// Keeps what an mremap of the area answered, when that is elsewhere.
static void own_result(struct worker *w, char *got, size_t length) {
  if (!is_error(got) && !is_in_area(w, got)) own(w, (struct span){.start = got, .length = length, .isFile = true});
}

static void remap_piece(struct worker *w) {
  if (w->span_count == max_spans) give_back_one(w);
  struct span old = any_piece(w), target = any_piece(w);
  size_t length = one_in(w, 2) ? old.length : (size_t)(1 + below(w, 2 * call_budget)) * page;
  switch (below(w, has(feature_partial) ? 8 : 6)) {
    case 0: sys_mremap(w, old.start, old.length, length, 0, NULL); break;
    case 1:
    case 2: own_result(w, sys_mremap(w, old.start, old.length, length, MREMAP_MAYMOVE, NULL), length); break;
    case 3:
      own_result(
          w, sys_mremap(w, old.start, old.length, old.length, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), old.length);
      break;
    // Old size 0: another mapping of the same shared memory, or a failure.
    case 4: own_result(w, sys_mremap(w, old.start, 0, length, MREMAP_MAYMOVE, NULL), length); break;
    case 5:
      if (one_in(w, 2))
        sys_mremap(w, old.start + 3, old.length, length, MREMAP_MAYMOVE, NULL);
      else
        sys_mremap(w, old.start, old.length, 0, MREMAP_MAYMOVE, NULL);
      break;
    // Over whatever is there; these can fail when the destination is gone already.
    case 6: sys_mremap(w, old.start, old.length, length, MREMAP_MAYMOVE | MREMAP_FIXED, target.start); break;
    default:
      sys_mremap(w, old.start, one_in(w, 4) ? 0 : old.length, old.length,
                 MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, target.start);
      break;
  }
}

static void remap_span(struct worker *w) {
  if (!w->span_count) return;
  if (w->span_count == max_spans) give_back_one(w);
  int index = (int)below(w, w->span_count);
  struct span *span = &w->spans[index];
  size_t length = (size_t)(1 + below(w, 48)) * page;
  char *got;
  switch (below(w, 6)) {
    case 0:
      if (length >= span->length) length = span->length > (size_t)page ? span->length - page : span->length;
      sys_mremap(w, span->start, span->length, length, 0, NULL);
      span->length = length;
      break;
    case 1:
      got = sys_mremap(w, span->start, span->length, span->length + page, 0, NULL);
      if (!is_error(got)) span->length += page;
      break;
    case 2:
    case 3:
      got = sys_mremap(w, span->start, span->length, length, MREMAP_MAYMOVE, NULL);
      if (!is_error(got)) span->start = got, span->length = length;
      break;
    case 4:
      got = sys_mremap(w, span->start, span->length, span->length, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
      if (!is_error(got)) own(w, (struct span){.start = got, .length = span->length, .isFile = span->isFile});
      break;
    default: {
      // Several of a file may not be moved at once, and with MREMAP_FIXED the failure comes late.
      if (span->isSplit && (span->isFile || !moves_several) && !has(feature_partial)) return;
      char *target = any_piece(w).start;
      got = sys_mremap(w, span->start, span->length, span->length, MREMAP_MAYMOVE | MREMAP_FIXED, target);
      if (!is_error(got)) disown(w, index);
      break;
    }
  }
}

// ---- mprotect ----

static void protect_piece(struct worker *w) {
  struct span piece = any_piece(w);
  if (!has(feature_partial)) {
    // Over a hole it would take effect up to there, and fail.
    long pages = (long)(piece.length / page), first = below(w, pages);
    sys_mmap(w, piece.start, first * page, any_prot(w), anonymous | MAP_FIXED, -1, 0);
    sys_mmap(w, piece.start + first * page, (pages - first) * page, any_prot(w), MAP_PRIVATE | MAP_FIXED, files[0].fd,
             page);
    for (int i = 0; i < 3; i++) {
      first = below(w, pages);
      sys_mprotect(w, piece.start + first * page, (1 + below(w, pages - first)) * page, any_prot(w));
    }
  }
  sys_mprotect(w, piece.start, piece.length, any_prot(w));
}

static void protect_page(struct worker *w) {
  sys_mprotect(w, any_piece(w).start, page, any_prot(w));
}

static void protect_span(struct worker *w) {
  if (!w->span_count) return;
  struct span *span = &w->spans[below(w, w->span_count)];
  long pages = (long)(span->length / page), first = below(w, pages);
  int prot = any_prot(w);
  // A file that is open for reading may not be written, which is found out when some is done.
  if (span->isFile && !has(feature_partial)) prot &= ~PROT_WRITE;
  sys_mprotect(w, span->start + first * page, (1 + below(w, pages - first)) * page, prot);
  span->isSplit = true;
}

static void protect_in_vain(struct worker *w) {
  struct span piece = any_piece(w);
  switch (below(w, 4)) {
    case 0: sys_mprotect(w, piece.start + 8, piece.length, PROT_READ); break;
    case 1: sys_mprotect(w, piece.start, 0, PROT_NONE); break;
    case 2: sys_mprotect(w, piece.start, SIZE_MAX - 5, PROT_READ); break;
    default: sys_mprotect(w, piece.start, piece.length, 0x40000000); break;
  }
}

#endif
