// SPDX-License-Identifier: Apache-2.0
// What the parts of map_storm share: a worker, what it owns, and its source of chance.
#ifndef MAP_STORM_H
#define MAP_STORM_H

#include "test_program.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

enum {
  max_workers = 64,     // threads, and processes that share the space
  max_children = 12,    // processes alive at once besides the first one
  max_spans = 48,       // mappings at addresses of the kernel's choosing, of one worker
  max_segments = 8,     // System V attachments of one worker
  window_pages = 96,    // of the area in which a worker maps at addresses of its own choosing
  call_budget = 16,     // the longest piece of it that most calls are about, in pages
};

// What a worker does beyond the calls whose result is known from the call alone.
enum feature {
  feature_partial = 1 << 0,   // calls that fail after they took effect in part
  feature_hugetlb = 1 << 1,   // huge pages
  feature_aio = 1 << 2,       // io_setup, io_destroy
  feature_rfp = 1 << 3,       // remap_file_pages
  feature_limit = 1 << 4,     // calls that fail because there are too many mappings
  feature_seal = 1 << 5,      // mseal, where the kernel has it
  feature_racy = 1 << 6,      // all workers in one area, whoever owns what
  feature_alone = 1 << 7,     // no other threads or processes
  feature_execimplied = 1 << 8,  // personality(READ_IMPLIES_EXEC)
};

struct span {
  char *start;
  size_t length;
  bool isFile;   // or not known to be anonymous
  bool isSplit;  // not all of it is protected alike
};

// One thread of the storm, or one process of its own.
struct worker {
  uint64_t chance;
  char *area;
  struct span spans[max_spans];
  char *segments[max_segments];
  unsigned long aio_contexts[2];
  int span_count, segment_count, number;
  bool isChild;  // starts no tasks of its own
  long calls;
};

struct child {
  _Atomic int state;  // enum child_state
  _Atomic int pid;
};

enum child_state { child_none, child_storming, child_held, child_ended };

// Seen by every process of the storm.
struct board {
  _Atomic long calls;
  _Atomic int stop;
  struct child children[max_children];
};

static struct board *board;
static int board_fd = -1;
static unsigned features;
static long page;

static inline bool has(enum feature wanted) { return features & wanted; }

// splitmix64
static inline uint64_t draw(struct worker *w) {
  uint64_t z = w->chance += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// 0 ... most - 1
static inline long below(struct worker *w, long most) { return (long)(draw(w) % (uint64_t)most); }
static inline bool one_in(struct worker *w, long number) { return below(w, number) == 0; }

static inline bool is_error(const void *result) { return (uintptr_t)result >= (uintptr_t)-4095; }

static inline bool is_in_area(const struct worker *w, const char *address) {
  return address >= w->area && address < w->area + (1L << 32);
}

// The kernel gave these addresses: nobody else uses them until they are given back.
static inline void own(struct worker *w, struct span span) { w->spans[w->span_count++] = span; }

static inline void disown(struct worker *w, int index) { w->spans[index] = w->spans[--w->span_count]; }

#endif
