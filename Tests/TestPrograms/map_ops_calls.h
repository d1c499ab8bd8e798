// SPDX-License-Identifier: Apache-2.0
// The calls of map_ops: each function makes one and prints it as a line of JSON.
#ifndef MAP_OPS_CALLS_H
#define MAP_OPS_CALLS_H

#include "test_program.h"

#include <stdarg.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static long page;
static int step;
static long every_ms;  // from one call to the next

static const int rw = PROT_READ | PROT_WRITE;
static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
static const int fixed_here = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

// ---- printing ----

struct line {
  char text[1024];
  size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...) {
  va_list values;
  va_start(values, format);
  line->used += vsnprintf(line->text + line->used, sizeof line->text - line->used, format, values);
  va_end(values);
}

static void add_prot(struct line *line, int prot) {
  add(line, ",\"prot\":\"%c%c%c\"", prot & PROT_READ ? 'r' : '-', prot & PROT_WRITE ? 'w' : '-',
      prot & PROT_EXEC ? 'x' : '-');
}

static void add_map_flags(struct line *line, int flags) {
  static const struct {
    int bit;
    const char *name;
  } names[] = {
      {MAP_ANONYMOUS, "anonymous"}, {MAP_FIXED, "fixed"},         {MAP_FIXED_NOREPLACE, "fixed_noreplace"},
      {MAP_STACK, "stack"},         {MAP_NORESERVE, "noreserve"}, {MAP_GROWSDOWN, "growsdown"},
      {MAP_HUGETLB, "hugetlb"},     {MAP_LOCKED, "locked"},       {MAP_POPULATE, "populate"},
  };
  add(line, ",\"flags\":[\"%s\"", (flags & MAP_TYPE) == MAP_PRIVATE ? "private" : "shared");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (flags & names[i].bit) add(line, ",\"%s\"", names[i].name);
  add(line, "]");
}

static struct line begin(const char *op, const char *form) {
  struct line line = {.used = 0};
  if (step && every_ms) sleep_ms(every_ms);
  add(&line, "{\"step\":%d,\"op\":\"%s\",\"form\":\"%s\"", ++step, op, form);
  return line;
}

static void end(struct line *line, bool failed, int error, bool gives_address, unsigned long result) {
  if (failed || !gives_address)
    add(line, ",\"result\":null");
  else
    add(line, ",\"result\":\"0x%lx\"", result);
  if (failed)
    add(line, ",\"errno\":\"%s\"}\n", strerrorname_np(error));
  else
    add(line, ",\"errno\":null}\n");
  if (write(STDOUT_FILENO, line->text, line->used) < 0) _exit(1);
}

// ---- one function a call ----

static char *map(const char *form, void *addr, size_t len, int prot, int flags, int fd, long offset) {
  struct line line = begin("mmap", form);
  char *result = (char *)syscall(SYS_mmap, addr, len, prot, flags, fd, offset);
  int error = errno;
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%zu", (long)addr, len);
  add_prot(&line, prot);
  add_map_flags(&line, flags);
  add(&line, ",\"fd\":%d,\"offset\":%ld", fd, offset);
  end(&line, result == MAP_FAILED, error, true, (unsigned long)result);
  return result;
}

static void unmap(const char *form, void *addr, size_t len) {
  struct line line = begin("munmap", form);
  long result = syscall(SYS_munmap, addr, len);
  int error = errno;
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%zu", (long)addr, len);
  end(&line, result < 0, error, false, 0);
}

static char *remap(const char *form, void *old, size_t old_len, size_t len, int flags, void *target) {
  struct line line = begin("mremap", form);
  char *result = (char *)syscall(SYS_mremap, old, old_len, len, flags, target);
  int error = errno;
  add(&line, ",\"old_addr\":\"0x%lx\",\"old_len\":%zu,\"len\":%zu,\"flags\":[", (long)old, old_len, len);
  const char *comma = "";
  if (flags & MREMAP_MAYMOVE) add(&line, "\"maymove\""), comma = ",";
  if (flags & MREMAP_FIXED) add(&line, "%s\"fixed\"", comma), comma = ",";
  if (flags & MREMAP_DONTUNMAP) add(&line, "%s\"dontunmap\"", comma);
  add(&line, "],\"target\":\"0x%lx\"", (long)target);
  end(&line, result == MAP_FAILED, error, true, (unsigned long)result);
  return result;
}

static void protect(const char *form, void *addr, size_t len, int prot) {
  struct line line = begin("mprotect", form);
  long result = syscall(SYS_mprotect, addr, len, prot);
  int error = errno;
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%zu", (long)addr, len);
  add_prot(&line, prot);
  end(&line, result < 0, error, false, 0);
}

// The kernel answers with the break that stands; a refusal shows only in that it did not change.
static unsigned long set_break(const char *form, unsigned long addr) {
  struct line line = begin("brk", form);
  unsigned long result = syscall(SYS_brk, addr);
  add(&line, ",\"addr\":\"0x%lx\"", addr);
  end(&line, false, 0, true, result);
  return result;
}

static char *attach(const char *form, int shmid, void *addr, int flags) {
  struct line line = begin("shmat", form);
  char *result = (char *)syscall(SYS_shmat, shmid, addr, flags);
  int error = errno;
  add(&line, ",\"shmid\":%d,\"addr\":\"0x%lx\",\"flags\":[", shmid, (long)addr);
  const char *comma = "";
  if (flags & SHM_RDONLY) add(&line, "\"rdonly\""), comma = ",";
  if (flags & SHM_RND) add(&line, "%s\"rnd\"", comma), comma = ",";
  if (flags & SHM_REMAP) add(&line, "%s\"remap\"", comma), comma = ",";
  if (flags & SHM_EXEC) add(&line, "%s\"exec\"", comma);
  add(&line, "]");
  end(&line, result == (char *)-1, error, true, (unsigned long)result);
  return result;
}

static void detach(const char *form, void *addr) {
  struct line line = begin("shmdt", form);
  long result = syscall(SYS_shmdt, addr);
  int error = errno;
  add(&line, ",\"addr\":\"0x%lx\"", (long)addr);
  end(&line, result < 0, error, false, 0);
}

#endif
