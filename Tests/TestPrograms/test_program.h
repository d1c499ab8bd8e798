// SPDX-License-Identifier: Apache-2.0
// What every test program shares: options, the `pid` line first, the `done` line last, --stopped and
// --hold.
//
// Output goes through say(): stdio and dprintf allocate a buffer, and a test that counts mappings
// would see the heap grow.
#ifndef TEST_PROGRAM_H
#define TEST_PROGRAM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A function that keeps its own frame and its own name: gcc may neither inline nor clone it.
#define NAMED_FRAME __attribute__((noipa))

// One `--name VALUE` option. Values take a K, M or G ending; `value` holds the default.
struct option_value {
  const char *name;
  long *value;
  const char *meaning;
};

static bool hold_at_end, stop_at_start;

__attribute__((format(printf, 2, 3))) static inline void say(int fd, const char *format, ...) {
  char text[1024];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (length > (int)sizeof text - 1) length = sizeof text - 1;
  if (write(fd, text, length) != length) _exit(1);
}

static inline void fail(const char *what) {
  say(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
  _exit(1);
}

static inline void print_usage(int fd, const char *program, const struct option_value *options) {
  say(fd, "usage: %s [--stopped] [--hold]", program);
  for (const struct option_value *o = options; o->name; o++) say(fd, " [--%s N]", o->name);
  say(fd, "\n");
  for (const struct option_value *o = options; o->name; o++)
    say(fd, "  --%-10s %s (default %ld)\n", o->name, o->meaning, *o->value);
  say(fd, "  --%-10s %s\n", "stopped", "stop like by SIGSTOP before anything is done");
  say(fd, "  --%-10s %s\n", "hold", "after `done`, stay until standard input ends or SIGTERM");
}

static inline bool parse_amount(const char *text, long *amount) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 0);
  if (end == text || errno || number < 0) return false;
  int shift = 0;
  if (*end == 'K' || *end == 'k') shift = 10;
  if (*end == 'M' || *end == 'm') shift = 20;
  if (*end == 'G' || *end == 'g') shift = 30;
  if (shift) end++;
  if (*end) return false;
  *amount = number << shift;
  return true;
}

static inline void parse_options(int argc, char **argv, const struct option_value *options) {
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--hold")) {
      hold_at_end = true;
      continue;
    }
    if (!strcmp(argv[i], "--stopped")) {
      stop_at_start = true;
      continue;
    }
    if (!strcmp(argv[i], "--help")) {
      print_usage(STDOUT_FILENO, argv[0], options);
      _exit(0);
    }
    const struct option_value *o = options;
    while (o->name && !(!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, o->name))) o++;
    if (!o->name || i + 1 == argc || !parse_amount(argv[i + 1], o->value)) {
      print_usage(STDERR_FILENO, argv[0], options);
      _exit(64);
    }
    i++;
  }
}

// Reads the options, then says which process this is; with --stopped, goes on after SIGCONT.
static inline void start_program(int argc, char **argv, const struct option_value *options) {
  parse_options(argc, argv, options);
  say(STDOUT_FILENO, "pid %d\n", getpid());
  if (stop_at_start) raise(SIGSTOP);
}

static inline void leave_quietly(int signal_number) {
  (void)signal_number;
  _exit(0);
}

// Says that the phase is over; with --hold, touches no memory until it is told to leave.
static inline void finish_program(void) {
  signal(SIGTERM, leave_quietly);
  say(STDOUT_FILENO, "done\n");
  if (!hold_at_end) return;
  char ignored[64];
  for (;;) {
    ssize_t got = read(STDIN_FILENO, ignored, sizeof ignored);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

static inline void sleep_ms(long ms) {
  struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  while (nanosleep(&left, &left) && errno == EINTR) {
  }
}

static inline double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

// Threads of this process that the kernel still has, without an allocation: it adds them to the
// link count of the directory.
static inline long live_threads(void) {
  struct stat task;
  if (stat("/proc/self/task", &task)) fail("stat /proc/self/task");
  return (long)task.st_nlink - 2;
}

// Waits until at most `most` threads are left: a joined or finished thread may still be on its way
// out of the kernel.
static inline void wait_for_threads(long most) {
  while (live_threads() > most) sleep_ms(1);
}

#endif
