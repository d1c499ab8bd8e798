// The main thread leaves by pthread_exit and the others live on: the process and its space go on without it.
// SPDX-License-Identifier: Apache-2.0
#include "test_program.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static long threads = 3, count = 5, every_ms = 100, size = 256 << 10;
static const struct option_value options[] = {
    {"threads", &threads, "threads that live on"},
    {"count", &count, "maps and unmaps of each after the main thread left"},
    {"every", &every_ms, "milliseconds from one to the next"},
    {"size", &size, "bytes of each mapping; the first thread leaves its last one mapped"},
    {0},
};

static pthread_barrier_t all_done;

// "Z" once the main thread is gone: the kernel keeps it as a zombie until the process ends. Read
// without stdio, which would have malloc map an arena for each thread.
static bool leader_is_gone(void) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", getpid());
  int stat = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = stat < 0 ? -1 : read(stat, text, sizeof text - 1);
  if (got < 0) fail(path);
  close(stat);
  text[got] = 0;
  char *name_end = strrchr(text, ')');
  return name_end && name_end[2] == 'Z';
}

static NAMED_FRAME void *live_on(void *number) {
  while (!leader_is_gone()) sleep_ms(1);
  for (long turn = 0; turn < count; turn++) {
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) fail("mmap");
    sleep_ms(every_ms);
    bool stays = number == NULL && turn == count - 1;
    if (stays)
      say(STDOUT_FILENO, "left mapped %p %ld by thread %ld\n", mapped, size, syscall(SYS_gettid));
    else
      munmap(mapped, size);
  }
  if (pthread_barrier_wait(&all_done) == PTHREAD_BARRIER_SERIAL_THREAD) {
    finish_program();
    exit(0);
  }
  for (;;) pause();
}

int main(int argc, char **argv) {
  start_program(argc, argv, options);
  if (threads < 1) threads = 1;
  pthread_barrier_init(&all_done, NULL, threads);
  for (long number = 0; number < threads; number++) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, live_on, (void *)number))) fail("pthread_create");
    pthread_detach(thread);
  }
  pthread_exit(NULL);
}
