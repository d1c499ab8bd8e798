// Times system calls in short batches. Prints the fastest batch of each kind, in nanoseconds a call:
//   getppid 164.2 untouched 3750.1 touched 4821.0 mebibyte 5120.3
// With --rate it maps and unmaps at so many pairs a second instead, and prints how many it did.
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void pair(size_t bytes, int touched) {
  char *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) exit(1);
  for (size_t at = 0; touched && at < bytes; at += PAGE) mapped[at] = 1;
  if (munmap(mapped, bytes)) exit(1);
}

static void call(int kind) {
  switch (kind) {
    case 0: syscall(SYS_getppid); break;
    case 1: pair(16 << 10, 0); break;
    case 2: pair(16 << 10, 1); break;
    case 3: pair(1 << 20, 0); break;
  }
}

// Keeps another processor busy with almost nothing during the measurement. If it shares a core with this
// one, its load changes the measured time by a factor of up to two.
static void hush(int processor) {
  pid_t parent = getpid();
  if (fork()) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (sched_setaffinity(0, sizeof one, &one) || getppid() != parent) _exit(1);
  for (;;) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }
}

static double quickest(int kind, long batches, double batch_ns) {
  double least = 0;
  for (long i = 0; i < batches; i++) {
    long done = 0;
    double begin = now_ns(), took;
    do {
      for (int j = 0; j < 16; j++) call(kind);
      done += 16;
      took = now_ns() - begin;
    } while (took < batch_ns);
    if (!least || took / done < least) least = took / done;
  }
  return least;
}

static double seconds = 1, rate;

static void *produce(void *done) {
  double begin = now_ns(), end = begin + seconds * 1e9, now;
  long pairs = 0;
  while ((now = now_ns()) < end) {
    long due = rate > 0 ? (long)((now - begin) * rate / 1e9) : pairs + 64;
    if (due <= pairs) {
      usleep(200);
      continue;
    }
    for (; pairs < due; pairs++) pair(16 << 10, 0);
  }
  *(long *)done = pairs;
  return NULL;
}

int main(int argc, char **argv) {
  static const char *names[] = {"getppid", "untouched", "touched", "mebibyte"};
  long batches = 60, threads = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "--batches")) batches = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--rate")) rate = atof(argv[i + 1]);
    else if (!strcmp(argv[i], "--hush")) hush(atoi(argv[i + 1]));
    else if (!strcmp(argv[i], "--threads")) threads = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--seconds")) seconds = atof(argv[i + 1]);
  }
  if (threads > 0) {
    pthread_t made[64];
    long done[64][8] = {{0}}, total = 0;
    if (threads > 64) threads = 64;
    for (long i = 0; i < threads; i++) pthread_create(&made[i], NULL, produce, done[i]);
    for (long i = 0; i < threads; i++) {
      pthread_join(made[i], NULL);
      total += done[i][0];
    }
    printf("pairs %ld\n", total);
    return 0;
  }
  usleep(150000);  // bpfleak leaves the stacks of the newest processes out
  for (int kind = 0; kind < 4; kind++)
    printf("%s %.1f%s", names[kind], quickest(kind, batches, 5e5), kind < 3 ? " " : "\n");
  return 0;
}
