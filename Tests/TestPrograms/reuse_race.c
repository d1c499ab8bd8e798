// Pairs of threads on different processors hand one address to each other: what one gives back the other maps at once.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define SYS_MSEAL 462

static long pairs = 2, count = 100000, size = 64 << 10, move = 0, failing = 0;
static const struct option_value options[] = {
    {"pairs", &pairs, "pairs of threads, at most 64, each pair with an address of its own"},
    {"count", &count, "mappings made by each thread"},
    {"size", &size, "bytes of each, never touched"},
    {"move", &move, "1: the address is given back by mremap, which moves its memory away"},
    {"failing", &failing, "threads, at most 64, with as many calls of munmap that fail; needs mseal"},
    {0},
};

// Nothing else is ever mapped there.
static char *const slots = (char *)0x200000000000, *const parked = (char *)0x210000000000;
static const long apart = 16 << 20;

static NAMED_FRAME void run_on(long number) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed)) fail("sched_getaffinity");
  long left = number % CPU_COUNT(&allowed);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &allowed) || left-- > 0) cpu++;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof one, &one)) fail("sched_setaffinity");
}

// Fails, and changes nothing, as long as the other thread of the pair has the address.
static NAMED_FRAME void take(char *slot) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  while (mmap(slot, size, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
    if (errno != EEXIST) fail("mmap");
}

static NAMED_FRAME void *hand_over(void *own) {
  long number = (long)own;
  char *slot = slots + number / 2 * apart, *away = parked + number * apart;
  run_on(number);
  for (long i = 0; i < count; i++) {
    take(slot);
    if (!move && munmap(slot, size)) fail("munmap");
    if (move && mremap(slot, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, away) != away)
      fail("mremap");
  }
  return NULL;
}

static NAMED_FRAME void *be_refused(void *sealed) {
  for (long i = 0; i < count; i++) {
    if (!munmap(sealed, size) || errno != EPERM) fail("munmap of sealed memory");
  }
  return NULL;
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (pairs > 64) pairs = 64;
  if (failing > 64) failing = 64;
  pthread_t thread[128], other[64];
  for (long i = 0; i < failing; i++) {
    char *sealed = mmap(parked - (i + 1) * apart, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (sealed == MAP_FAILED || syscall(SYS_MSEAL, sealed, size, 0)) fail("mseal");
    if ((errno = pthread_create(&other[i], NULL, be_refused, sealed))) fail("pthread_create");
  }
  for (long i = 0; i < 2 * pairs; i++)
    if ((errno = pthread_create(&thread[i], NULL, hand_over, (void *)i))) fail("pthread_create");
  for (long i = 0; i < 2 * pairs; i++) pthread_join(thread[i], NULL);
  for (long i = 0; i < failing; i++) pthread_join(other[i], NULL);
  say(STDOUT_FILENO, "handed over %ld, refused %ld\n", 2 * pairs * count, failing * count);
  finish_program();
  return 0;
}
