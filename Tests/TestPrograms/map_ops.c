// Runs every form of mmap, munmap, mremap, mprotect, brk, shmat and shmdt once, and prints each as a line of JSON.
// SPDX-License-Identifier: Apache-2.0
//
// The sequence is the same in every run. Wherever a form allows it, addresses are too: each group
// works in a slot of its own at --base. Values are spelled as in the NDJSON contract; `result` is
// an address (or null where the call gives none), `errno` a name or null. Calls that fail are part
// of the sequence: a trace must not take them for mappings.
#include "map_ops_calls.h"

#include <fcntl.h>
#include <linux/aio_abi.h>

static long base = 1L << 44, extra = 0;
static const struct option_value options[] = {
    {"base", &base, "address of the first slot"},
    {"extra", &extra, "1: also changes that come by other ways (io_setup, a growing stack, ...)"},
    {"every", &every_ms, "milliseconds from one call to the next"},
    {0},
};

static char *slot(int number) { return (char *)base + ((long)number << 24); }

// ---- the groups ----

static void run_mmap_forms(int memfd, int exe) {
  map("anonymous, anywhere", NULL, 4 * page, rw, anonymous, -1, 0);
  map("anonymous, length rounded up", NULL, page + 1, rw, anonymous, -1, 0);
  map("anonymous, shared", NULL, 4 * page, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  map("stack", NULL, 10 * page, rw, anonymous | MAP_STACK, -1, 0);
  map("stack with guard, before mprotect", NULL, 10 * page, PROT_NONE, anonymous | MAP_STACK | MAP_NORESERVE, -1, 0);
  map("grows down", NULL, 4 * page, rw, anonymous | MAP_GROWSDOWN, -1, 0);
  map("locked", NULL, page, rw, anonymous | MAP_LOCKED, -1, 0);
  map("populated", NULL, 4 * page, rw, anonymous | MAP_POPULATE, -1, 0);
  map("in the low 2 GiB", NULL, page, rw, anonymous | 0x40 /* MAP_32BIT */, -1, 0);
  map("huge pages, fails where none are reserved", NULL, 2 << 20, rw, anonymous | MAP_HUGETLB, -1, 0);
  map("executable", NULL, page, PROT_READ | PROT_EXEC, anonymous, -1, 0);
  map("write only", NULL, page, PROT_WRITE, anonymous, -1, 0);

  map("at a hint that is free", slot(0), 4 * page, rw, anonymous, -1, 0);
  map("at a hint that is taken", slot(0), 4 * page, rw, anonymous, -1, 0);
  map("at a hint that is not aligned", slot(0) + (8 << 20) + 5, page, rw, anonymous, -1, 0);

  map("reservation", slot(1), 64 * page, PROT_NONE, fixed_here | MAP_NORESERVE, -1, 0);
  map("fixed, inside a reservation", slot(1) + 8 * page, 8 * page, rw, anonymous | MAP_FIXED, -1, 0);
  map("fixed, over the edge of two", slot(1) + 12 * page, 8 * page, PROT_READ, anonymous | MAP_FIXED, -1, 0);
  map("fixed, at the head", slot(1), 2 * page, rw, anonymous | MAP_FIXED, -1, 0);
  map("fixed, past the tail", slot(1) + 62 * page, 4 * page, rw, anonymous | MAP_FIXED, -1, 0);
  map("fixed, over everything", slot(1) - page, 68 * page, PROT_NONE, anonymous | MAP_FIXED, -1, 0);
  map("fixed_noreplace, over what is there", slot(1), page, rw, fixed_here, -1, 0);
  map("fixed, next to its like (merges)", slot(1) + 67 * page, page, PROT_NONE, anonymous | MAP_FIXED, -1, 0);

  map("file, private", slot(2), 2 * page, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, exe, 0);
  map("file, private, at an offset", slot(2) + 4 * page, page, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, exe, page);
  map("file, private, executable", slot(2) + 8 * page, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED_NOREPLACE, exe, 0);
  map("file, past its end", slot(2) + 16 * page, 1024 * page, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, exe, 0);
  map("memfd, shared", slot(3), 16 * page, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, memfd, 0);
  map("memfd, shared, its follow-on", slot(3) + 16 * page, 16 * page, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, memfd, 16 * page);
  map("memfd, shared, validated", slot(3) + 64 * page, page, rw, MAP_SHARED_VALIDATE, memfd, 0);
  map("memfd, private, writable", slot(3) + 128 * page, 4 * page, rw, MAP_PRIVATE | MAP_FIXED_NOREPLACE, memfd, 0);
  map("file over a reservation", slot(1) + 4 * page, 2 * page, PROT_READ, MAP_PRIVATE | MAP_FIXED, exe, 0);

  map("fails: no length", NULL, 0, rw, anonymous, -1, 0);
  map("fails: bad descriptor", NULL, page, rw, MAP_PRIVATE, 999, 0);
  map("fails: offset not aligned", NULL, page, PROT_READ, MAP_PRIVATE, exe, 5);
  map("fails: fixed, not aligned", slot(4) + 5, page, rw, anonymous | MAP_FIXED, -1, 0);
  map("fails: larger than the address space", NULL, 1UL << 48, rw, anonymous, -1, 0);
  map("fails: neither private nor shared", NULL, page, rw, MAP_ANONYMOUS, -1, 0);
  map("fails: writing to a file opened to read", NULL, page, rw, MAP_SHARED, exe, 0);
}

static void run_munmap_forms(void) {
  char *at = slot(8);
  map("to unmap from", at, 64 * page, rw, fixed_here, -1, 0);
  unmap("head", at, 4 * page);
  unmap("tail", at + 60 * page, 4 * page);
  unmap("middle", at + 16 * page, 4 * page);
  unmap("length rounded up", at + 4 * page, 1);
  unmap("across a hole", at + 12 * page, 12 * page);
  unmap("nothing there", at + 12 * page, 12 * page);
  unmap("past both ends", at - 4 * page, 128 * page);

  map("one of three", at, page, rw, fixed_here, -1, 0);
  map("two of three", at + page, page, PROT_READ, fixed_here, -1, 0);
  map("three of three", at + 2 * page, page, rw, fixed_here | MAP_STACK, -1, 0);
  unmap("several mappings at once", at, 3 * page);

  map("whole", at, 8 * page, rw, fixed_here, -1, 0);
  unmap("whole", at, 8 * page);
  map("to fail on", at, 8 * page, rw, fixed_here, -1, 0);
  unmap("fails: not aligned", at + 5, page);
  unmap("fails: no length", at, 0);
  unmap("fails: past the address space", at, 1UL << 62);
}

static void run_mremap_forms(int memfd) {
  char *at = slot(16);
  map("to resize", at, 16 * page, rw, fixed_here, -1, 0);
  remap("shrink", at, 16 * page, 8 * page, 0, NULL);
  remap("grow in place", at, 8 * page, 12 * page, 0, NULL);
  remap("same size", at, 12 * page, 12 * page, 0, NULL);
  remap("length rounded up", at, 12 * page, 12 * page + 1, 0, NULL);
  map("in the way", at + 13 * page, page, PROT_READ, fixed_here, -1, 0);
  remap("fails: no room, may not move", at, 13 * page, 32 * page, 0, NULL);
  char *moved = remap("grow, moves", at, 13 * page, 32 * page, MREMAP_MAYMOVE, NULL);
  remap("fixed, onto free space", moved, 32 * page, 32 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(17));
  map("to be replaced", slot(18), 64 * page, PROT_READ, fixed_here, -1, 0);
  remap("fixed, onto a part of another", slot(17), 32 * page, 32 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(18) + 8 * page);
  remap("fixed, shrinks on the way", slot(18) + 8 * page, 32 * page, 8 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(17));
  remap("fixed, grows on the way", slot(17), 8 * page, 16 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(19));
  remap("a part out of the middle", slot(19) + 4 * page, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(17));
  remap("grow out of the middle, moves", slot(19) + 8 * page, 4 * page, 8 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(17) + 64 * page);
  remap("shrink in the middle", slot(17) + 64 * page, 4 * page, 2 * page, 0, NULL);
  remap("leave the old one (dontunmap)", slot(17), 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
  remap("leave the old one, fixed", slot(17), 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, slot(20));

  map("memfd, shared, to double", slot(21), 8 * page, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, memfd, 4 * page);
  remap("double a shared mapping (old length 0)", slot(21), 0, 8 * page, MREMAP_MAYMOVE, NULL);
  remap("double a shared mapping, fixed", slot(21), 0, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(21) + 64 * page);
  remap("a file mapping's tail", slot(21) + 4 * page, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(22));
  remap("grow a file mapping in place", slot(22), 4 * page, 8 * page, MREMAP_MAYMOVE, NULL);

  map("one of two kinds", slot(23), 4 * page, rw, fixed_here, -1, 0);
  map("the other kind", slot(23) + 4 * page, 4 * page, PROT_READ, fixed_here, -1, 0);
  remap("shrink across two kinds", slot(23), 8 * page, 6 * page, 0, NULL);
  remap("two kinds at once, same size (since 6.17)", slot(23), 6 * page, 6 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(24));
  remap("fails: two kinds, grows", slot(23), 6 * page, 16 * page, MREMAP_MAYMOVE, NULL);
  remap("fails: old length 0 on a private one", slot(19), 0, page, MREMAP_MAYMOVE, NULL);
  remap("fails: not aligned", slot(19) + 5, page, page, 0, NULL);
  remap("fails: nothing there", slot(25), page, 2 * page, MREMAP_MAYMOVE, NULL);
  remap("fails: no new length", slot(19), page, 0, MREMAP_MAYMOVE, NULL);
  remap("fails: fixed onto itself", slot(19), 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, slot(19) + page);
  remap("fails: fixed without maymove", slot(19), page, page, MREMAP_FIXED, slot(25));
}

static void run_mprotect_forms(int memfd) {
  char *at = slot(32);
  map("to protect", at, 64 * page, rw, fixed_here, -1, 0);
  protect("guard page at the head", at, page, PROT_NONE);
  protect("middle", at + 16 * page, 4 * page, PROT_READ);
  protect("tail", at + 60 * page, 4 * page, PROT_READ | PROT_EXEC);
  protect("back again (merges)", at + 16 * page, 4 * page, rw);
  protect("over several kinds", at, 64 * page, PROT_READ);
  protect("unchanged", at, 64 * page, PROT_READ);
  protect("length rounded up", at + 8 * page, 1, rw);
  protect("no length", at, 0, PROT_NONE);
  unmap("a hole to protect over", at + 32 * page, 4 * page);
  protect("over a hole: fails, the part before it is done", at + 24 * page, 16 * page, PROT_NONE);
  protect("fails: nothing there", at + 33 * page, page, rw);
  protect("fails: not aligned", at + 5, page, rw);
  map("memfd, shared, to protect", slot(33), 8 * page, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, memfd, 0);
  protect("a file mapping's middle", slot(33) + 2 * page, 2 * page, PROT_READ);

  map("thread stack, as glibc makes it", slot(34), 64 * page, PROT_NONE, fixed_here | MAP_NORESERVE | MAP_STACK, -1, 0);
  protect("all but its guard", slot(34) + page, 63 * page, rw);
}

static void run_brk_forms(void) {
  unsigned long start = set_break("ask", 0);
  set_break("grow", start + 16 * page);
  set_break("grow, not aligned", start + 20 * page + 100);
  set_break("grow inside the same page", start + 20 * page + 200);
  set_break("shrink inside the same page", start + 20 * page + 50);
  set_break("unchanged", start + 20 * page + 50);
  set_break("shrink", start + 8 * page);
  set_break("below its start: refused", 4096);
  set_break("past all memory: refused", 1UL << 46);
  char *hole = (char *)start + 2 * page;
  unmap("a hole in the heap", (void *)((long)(hole + page - 1) & -page), page);
  set_break("shrink over the hole", start + page);
  set_break("all given back", start);
  set_break("grow again", start + 4 * page);
}

static void run_shm_forms(void) {
  int shmid = shmget(IPC_PRIVATE, 16 * page + 1, IPC_CREAT | 0600);
  if (shmid < 0) fail("shmget");
  char *anywhere = attach("anywhere", shmid, NULL, 0);
  attach("at an address", shmid, slot(48), 0);
  attach("rounded down", shmid, slot(49) + 5, SHM_RND);
  attach("read only", shmid, slot(50), SHM_RDONLY);
  map("to attach over", slot(51), 32 * page, rw, fixed_here, -1, 0);
  attach("fails: over what is there", shmid, slot(51) + 4 * page, 0);
  attach("remap, over what is there", shmid, slot(51) + 4 * page, SHM_REMAP);
  attach("executable", shmid, slot(52), SHM_EXEC);
  attach("fails: not aligned", shmid, slot(53) + 5, 0);
  attach("fails: no such segment", 0x7ffffff0, NULL, 0);
  detach("whole", anywhere);
  detach("fails: again", anywhere);
  detach("fails: not at its start", slot(48) + page);
  unmap("a part of a segment", slot(49) + 4 * page, 4 * page);
  protect("a part of a segment", slot(49) + 12 * page, page, PROT_READ);
  detach("what is left of it", slot(49));
  detach("over a reservation", slot(51) + 4 * page);
  detach("read only", slot(50));
  unmap("a segment, by munmap", slot(52), 17 * page);
  shmctl(shmid, IPC_RMID, NULL);
}

static void run_extra_forms(int memfd) {
  char *at = slot(64);
  struct line line;
  long result;

  map("for pkey_mprotect", at, 16 * page, rw, fixed_here, -1, 0);
  line = begin("pkey_mprotect", "middle, key -1");
  result = syscall(SYS_pkey_mprotect, at + 4 * page, 4 * page, PROT_READ, -1);
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%ld", (long)at + 4 * page, 4 * page);
  end(&line, result < 0, errno, false, 0);

  map("for remap_file_pages", slot(65), 8 * page, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, memfd, 0);
  line = begin("remap_file_pages", "one page of another offset");
  result = syscall(SYS_remap_file_pages, slot(65) + page, page, 0, 5, 0);
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%ld", (long)slot(65) + page, page);
  end(&line, result < 0, errno, false, 0);

  aio_context_t ring = 0;
  line = begin("io_setup", "the kernel maps its ring");
  result = syscall(SYS_io_setup, 8, &ring);
  end(&line, result < 0, errno, true, ring);
  if (result == 0) {
    line = begin("io_destroy", "the kernel unmaps its ring");
    add(&line, ",\"addr\":\"0x%lx\"", (unsigned long)ring);
    result = syscall(SYS_io_destroy, ring);
    end(&line, result < 0, errno, false, 0);
  }

  char *grows = map("to grow down", slot(66) + (8 << 20), 4 * page, rw, fixed_here | MAP_GROWSDOWN, -1, 0);
  line = begin("touch", "below a mapping that grows down");
  if (grows != MAP_FAILED) ((volatile char *)grows)[-8] = 1;
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%ld", (long)grows - page, page);
  end(&line, false, 0, false, 0);

  line = begin("map_shadow_stack", "fails where the processor or kernel has none");
  result = syscall(453, 0, 4 * page, 0);
  add(&line, ",\"addr\":\"0x0\",\"len\":%ld", 4 * page);
  end(&line, result < 0, errno, true, result);

  map("to lock a part of", slot(67), 16 * page, rw, fixed_here, -1, 0);
  line = begin("mlock", "splits the kernel's area, changes no mapping");
  result = syscall(SYS_mlock, slot(67) + 4 * page, 4 * page);
  add(&line, ",\"addr\":\"0x%lx\",\"len\":%ld", (long)slot(67) + 4 * page, 4 * page);
  end(&line, result < 0, errno, false, 0);
}

int main(int argc, char **argv) {
  page = sysconf(_SC_PAGESIZE);
  start_program(argc, argv, options);
  int memfd = memfd_create("map_ops", 0);
  if (memfd < 0 || ftruncate(memfd, 64 * page)) fail("memfd_create");
  int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (exe < 0) fail("open /proc/self/exe");

  run_mmap_forms(memfd, exe);
  run_munmap_forms();
  run_mremap_forms(memfd);
  run_mprotect_forms(memfd);
  run_brk_forms();
  run_shm_forms();
  if (extra) run_extra_forms(memfd);
  finish_program();
  return 0;
}
