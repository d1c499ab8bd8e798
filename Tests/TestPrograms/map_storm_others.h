// SPDX-License-Identifier: Apache-2.0
// The calls of map_storm beyond mmap and its like: the break, System V segments, advice.
#ifndef MAP_STORM_OTHERS_H
#define MAP_STORM_OTHERS_H

#include "map_storm_changes.h"

#include <sys/ipc.h>
#include <sys/shm.h>

enum { segment_ids = 3 };

static int shm_ids[segment_ids];
static const int segment_pages[segment_ids] = {1, 8, 24};
static char *break_floor;
static atomic_flag break_lock = ATOMIC_FLAG_INIT;

// ---- what leaves the addresses as they are ----

static void advise(struct worker *w) {
  static const int advice[] = {MADV_RANDOM,      MADV_NORMAL, MADV_SEQUENTIAL, MADV_DONTNEED, MADV_DONTFORK,
                               MADV_DOFORK,      MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_NOHUGEPAGE,
                               MADV_DONTDUMP};
  struct span piece = any_piece(w);
  w->calls++;
  if (one_in(w, 8))
    syscall(one_in(w, 2) ? SYS_mlock : SYS_munlock, piece.start, page);
  else
    syscall(SYS_madvise, piece.start, piece.length, advice[below(w, sizeof advice / sizeof *advice)]);
}

// ---- the break ----

static void move_break(struct worker *w) {
  if (atomic_flag_test_and_set(&break_lock)) return;
  char *now = (char *)syscall(SYS_brk, 0);
  long step = below(w, 24 * page);
  char *target = one_in(w, 2) ? now + step : now - step;
  if (target < break_floor || target > break_floor + 512 * page) target = break_floor;
  char *first = (char *)(((uintptr_t)break_floor + page - 1) & -page);
  long pages = (now - first) / page;
  if (pages > 2 && one_in(w, 4)) {
    long at = below(w, pages);
    // A heap is memory like any other: it can be protected, have holes, and be mapped over.
    if (one_in(w, 2))
      sys_mprotect(w, first + at * page, page, any_prot(w));
    else if (one_in(w, 2))
      sys_munmap(w, first + at * page, page);
    else
      sys_mmap(w, first + at * page, page, any_prot(w), anonymous | MAP_FIXED, -1, 0);
  } else {
    w->calls++;
    syscall(SYS_brk, target);
  }
  atomic_flag_clear(&break_lock);
}

// ---- System V shared memory ----

static void detach_one(struct worker *w) {
  if (!w->segment_count) return;
  int index = (int)below(w, w->segment_count);
  w->calls++;
  syscall(SYS_shmdt, w->segments[index]);
  w->segments[index] = w->segments[--w->segment_count];
}

static void attach_one(struct worker *w) {
  int which = (int)below(w, segment_ids);
  char *at = one_in(w, 2) ? NULL : any_piece(w).start;
  int flags = one_in(w, 4) ? SHM_RDONLY : 0;
  if (one_in(w, 4)) flags |= SHM_EXEC;
  if (w->segment_count == max_segments) detach_one(w);
  w->calls++;
  if (at && one_in(w, 2)) flags |= SHM_REMAP;
  char *got = (char *)syscall(SYS_shmat, one_in(w, 16) ? -7 : shm_ids[which], at, flags);
  if (is_error(got)) return;
  w->segments[w->segment_count++] = got;
  // The first page stays, or somebody else's segment might come to lie where this one is detached.
  if (!at && segment_pages[which] > 4 && one_in(w, 2))
    sys_munmap(w, got + (1 + below(w, segment_pages[which] - 2)) * page, page);
}

static void detach_in_vain(struct worker *w) {
  w->calls++;
  syscall(SYS_shmdt, any_piece(w).start + (one_in(w, 2) ? 8 : 0));
}

#endif
