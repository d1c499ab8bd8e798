// SPDX-License-Identifier: Apache-2.0
// The calls of map_storm: each function issues one, of a form that chance picks.
//
// Calls go through syscall() and nobody looks at errno: a process that shares its parent's space
// shares its thread-local storage too.
#ifndef MAP_STORM_CALLS_H
#define MAP_STORM_CALLS_H

#include "map_storm.h"

enum { file_pages = 64, file_count = 4 };

static struct {
  int fd;
  bool isWritable;
} files[file_count];
static int directory_fd, sealed_fd;  // sealed: may not be mapped shared and writable
static bool moves_several;           // whether one mremap moves several mappings (6.17)

static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

static inline char *sys_mmap(struct worker *w, char *at, size_t length, int prot, int flags, int fd, long offset) {
  w->calls++;
  return (char *)syscall(SYS_mmap, at, length, prot, flags, fd, offset);
}

static inline long sys_munmap(struct worker *w, char *at, size_t length) {
  w->calls++;
  return syscall(SYS_munmap, at, length);
}

static inline char *sys_mremap(struct worker *w, char *old, size_t old_length, size_t length, int flags, char *at) {
  w->calls++;
  return (char *)syscall(SYS_mremap, old, old_length, length, flags, at);
}

static inline long sys_mprotect(struct worker *w, char *at, size_t length, int prot) {
  w->calls++;
  return syscall(SYS_mprotect, at, length, prot);
}

static inline int any_prot(struct worker *w) {
  static const int prots[] = {PROT_NONE,
                              PROT_READ,
                              PROT_READ | PROT_WRITE,
                              PROT_READ | PROT_WRITE,
                              PROT_READ | PROT_EXEC,
                              PROT_WRITE,
                              PROT_EXEC,
                              PROT_READ | PROT_WRITE | PROT_EXEC};
  return prots[below(w, 8)];
}

// A piece of the worker's area, now and then a long one.
static inline struct span any_piece(struct worker *w) {
  long first = below(w, window_pages);
  long most = one_in(w, 16) ? window_pages : call_budget;
  long pages = 1 + below(w, most);
  if (first + pages > window_pages) pages = window_pages - first;
  return (struct span){.start = w->area + first * page, .length = (size_t)(pages * page)};
}

// What a mapping is made of.
struct form {
  int prot, flags, fd;
  long offset;
  size_t most;  // bytes that it should not be longer than
};

static inline struct form any_form(struct worker *w) {
  struct form form = {.prot = any_prot(w), .flags = anonymous, .fd = -1, .offset = 0, .most = SIZE_MAX};
  int which;
  switch (below(w, 16)) {
    case 0:
    case 1: form.flags = MAP_SHARED | MAP_ANONYMOUS; break;
    case 2:
      form.prot = PROT_NONE;
      form.flags |= MAP_NORESERVE;
      break;
    case 3: form.flags |= MAP_STACK; break;
    case 4: form.flags |= MAP_GROWSDOWN; break;
    case 5:
      if (!one_in(w, 8)) break;
      form.flags |= one_in(w, 2) ? MAP_LOCKED : MAP_POPULATE;
      form.most = 2 * page;
      break;
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      which = (int)below(w, file_count);
      form.fd = files[which].fd;
      form.offset = below(w, file_pages) * page;
      form.flags = one_in(w, 2) ? MAP_PRIVATE : one_in(w, 4) ? MAP_SHARED_VALIDATE : MAP_SHARED;
      if (form.flags != MAP_PRIVATE && !files[which].isWritable) form.prot &= ~PROT_WRITE;
      break;
    default: break;
  }
  return form;
}

// ---- mmap ----

static void give_back_one(struct worker *w) {
  if (!w->span_count) return;
  int index = (int)below(w, w->span_count);
  sys_munmap(w, w->spans[index].start, w->spans[index].length);
  disown(w, index);
}

static void map_anywhere(struct worker *w) {
  if (w->span_count == max_spans) give_back_one(w);
  struct form form = any_form(w);
  size_t length = (size_t)(1 + below(w, 32)) * page;
  if (length > form.most) length = form.most;
  // Lengths are rounded up.
  size_t asked = one_in(w, 8) ? length - (size_t)below(w, page) : length;
  // A hint is taken where it is free, and else it is as if there was none.
  char *hint = one_in(w, 6) ? any_piece(w).start + (one_in(w, 4) ? 5 : 0) : NULL;
  char *got = sys_mmap(w, hint, asked, form.prot, form.flags, form.fd, form.offset);
  if (!is_error(got) && !is_in_area(w, got))
    own(w, (struct span){.start = got, .length = length, .isFile = form.fd >= 0});
}

static void map_fixed(struct worker *w) {
  struct form form = any_form(w);
  struct span piece = any_piece(w);
  if (piece.length > form.most) piece.length = form.most;
  form.flags |= one_in(w, 4) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
  sys_mmap(w, piece.start, piece.length, form.prot, form.flags, form.fd, form.offset);
}

// None of these reaches a mapping.
static void map_in_vain(struct worker *w) {
  struct span piece = any_piece(w);
  switch (below(w, 7)) {
    case 0: sys_mmap(w, NULL, 0, PROT_READ, anonymous, -1, 0); break;
    case 1: sys_mmap(w, NULL, piece.length, PROT_READ, MAP_PRIVATE, 987, 0); break;
    case 2: sys_mmap(w, NULL, piece.length, PROT_READ, MAP_PRIVATE, files[0].fd, 5); break;
    case 3: sys_mmap(w, NULL, 1UL << 48, PROT_READ, anonymous | MAP_NORESERVE, -1, 0); break;
    case 4: sys_mmap(w, NULL, piece.length, PROT_READ, MAP_ANONYMOUS, -1, 0); break;
    case 5: sys_mmap(w, NULL, piece.length, PROT_READ | PROT_WRITE, MAP_SHARED, files[2].fd, 0); break;
    default: sys_mmap(w, NULL, SIZE_MAX - 5, PROT_READ, anonymous, -1, 0); break;
  }
}

// With MAP_FIXED the kernel may have unmapped what was there when it finds out that it cannot.
static void map_fixed_in_vain(struct worker *w) {
  struct span piece = any_piece(w);
  switch (below(w, 8)) {
    case 0: sys_mmap(w, piece.start, piece.length, PROT_READ, MAP_PRIVATE | MAP_FIXED, 987, 0); break;
    case 1: sys_mmap(w, piece.start, piece.length, PROT_READ, MAP_PRIVATE | MAP_FIXED, files[0].fd, 5); break;
    case 2: sys_mmap(w, piece.start + 5, piece.length, PROT_READ, anonymous | MAP_FIXED, -1, 0); break;
    case 3: sys_mmap(w, piece.start, 0, PROT_READ, anonymous | MAP_FIXED, -1, 0); break;
    case 4: sys_mmap(w, piece.start, 1UL << 57, PROT_READ, anonymous | MAP_FIXED, -1, 0); break;
    case 5:
      sys_mmap(w, piece.start, piece.length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, files[2].fd, 0);
      break;
    case 6: sys_mmap(w, piece.start, piece.length, PROT_READ, MAP_PRIVATE | MAP_FIXED, directory_fd, 0); break;
    // The file system has the last word.
    default: sys_mmap(w, piece.start, piece.length, PROT_WRITE, MAP_SHARED | MAP_FIXED, sealed_fd, 0); break;
  }
}

// ---- munmap ----

static void unmap_piece(struct worker *w) {
  struct span piece = any_piece(w);
  if (one_in(w, 8)) piece.length -= (size_t)below(w, page);
  // Once in a while all of the area, and what grew past its end.
  if (one_in(w, 256)) piece = (struct span){.start = w->area, .length = 1UL << 32};
  sys_munmap(w, piece.start, piece.length);
}

static void unmap_in_vain(struct worker *w) {
  struct span piece = any_piece(w);
  switch (below(w, 5)) {
    case 0: sys_munmap(w, piece.start + 8, piece.length); break;
    case 1: sys_munmap(w, piece.start, 0); break;
    case 2: sys_munmap(w, piece.start, SIZE_MAX); break;
    case 3: sys_munmap(w, piece.start, 1UL << 57); break;
    default: sys_munmap(w, (char *)(1UL << 57), page); break;
  }
}

// All, head, tail or middle of what is owned.
static void unmap_span(struct worker *w) {
  if (!w->span_count) return;
  int index = (int)below(w, w->span_count);
  struct span *span = &w->spans[index];
  size_t pages = span->length / page;
  if (pages < 3 || one_in(w, 2)) {
    sys_munmap(w, span->start, span->length);
    disown(w, index);
    return;
  }
  size_t cut = (1 + (size_t)below(w, (long)pages - 2)) * page;
  switch (below(w, 3)) {
    case 0:
      sys_munmap(w, span->start, cut);
      span->start += cut;
      span->length -= cut;
      break;
    case 1:
      sys_munmap(w, span->start + span->length - cut, cut);
      span->length -= cut;
      break;
    default:
      if (w->span_count == max_spans) return;
      sys_munmap(w, span->start + cut, page);
      if (span->length > cut + page) {
        struct span rest = *span;
        rest.start += cut + page;
        rest.length -= cut + page;
        own(w, rest);
      }
      span->length = cut;
      break;
  }
}

#endif
