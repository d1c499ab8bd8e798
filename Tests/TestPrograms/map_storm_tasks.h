// SPDX-License-Identifier: Apache-2.0
// The tasks that a worker of map_storm starts: forked children, programs, processes in the same
// space, short-lived threads.
#ifndef MAP_STORM_TASKS_H
#define MAP_STORM_TASKS_H

#include "map_storm_features.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

static int hold_pipe[2];
static struct worker workers[max_workers];
static _Atomic int next_worker;

static void storm(struct worker *w, long calls);

// Stays as it is until the first process is gone, or ends this one.
static void hold(struct child *child) {
  char ignored;
  atomic_store(&child->state, child_held);
  while (read(hold_pipe[0], &ignored, 1) < 0) {
  }
  _exit(0);
}

// Takes in the end of a child, when there is one.
static void reap_children(int flags) {
  for (struct child *child = board->children; child < board->children + max_children; child++) {
    int state = atomic_load(&child->state), pid = atomic_load(&child->pid);
    if (state != child_ended || pid <= 0) continue;
    if (waitpid(pid, NULL, flags | __WALL) != pid) continue;
    atomic_store(&child->pid, 0);
    atomic_store(&child->state, child_none);
  }
}

static struct child *claim_child(void) {
  for (struct child *child = board->children; child < board->children + max_children; child++) {
    int expected = child_none;
    if (atomic_compare_exchange_strong(&child->state, &expected, child_storming)) return child;
  }
  return NULL;
}

static void leave(struct child *child) {
  atomic_store(&child->state, child_ended);
  _exit(0);
}

// A child goes on with its copy of what its parent's worker owned.
static void fork_child(struct worker *w) {
  struct child *child = claim_child();
  if (!child) return;
  bool stays = one_in(w, 2);
  uint64_t chance = draw(w);
  long calls = below(w, 4000);
  pid_t pid = fork();
  if (pid < 0) atomic_store(&child->state, child_none);
  if (pid > 0) atomic_store(&child->pid, pid);
  if (pid) return;
  close(hold_pipe[1]);
  atomic_flag_clear(&break_lock);
  w->chance = chance;
  w->isChild = true;
  w->calls = 0;
  storm(w, calls);
  atomic_fetch_add(&board->calls, w->calls);
  if (stays) hold(child);
  leave(child);
}

NAMED_FRAME static pid_t vfork_and_exec(char **arguments) {
  char *environment[] = {NULL};
  pid_t pid = vfork();
  if (pid == 0) {
    execve("/proc/self/exe", arguments, environment);
    _exit(127);
  }
  return pid;
}

// vfork and exec of this very program, which finds its place on the board by number.
static void start_program_child(struct worker *w) {
  struct child *child = claim_child();
  if (!child) return;
  char words[4][24];
  snprintf(words[0], sizeof words[0], "%d", board_fd);
  snprintf(words[1], sizeof words[1], "%d", (int)(child - board->children));
  snprintf(words[2], sizeof words[2], "%lu", (unsigned long)(draw(w) >> 8));
  snprintf(words[3], sizeof words[3], "%d", hold_pipe[0]);
  char *arguments[] = {"map_storm", "--become", words[0], words[1], words[2], words[3], NULL};
  pid_t pid = vfork_and_exec(arguments);
  atomic_store(&child->pid, pid);
  if (pid < 0) atomic_store(&child->state, child_none);
}

struct companion {
  struct worker *worker;
  struct child *child;
};

static int storm_in_company(void *argument) {
  struct companion *companion = argument;
  storm(companion->worker, 2000);
  atomic_fetch_add(&board->calls, companion->worker->calls);
  leave(companion->child);
  return 0;
}

// Another process in the same space: clone with CLONE_VM and no CLONE_THREAD. It goes on with the
// thread-local storage of its parent, which for the first thread alone is sure to stay.
static void start_companion(struct worker *w) {
  static struct companion companions[max_workers];
  int number = atomic_load(&next_worker);
  if (number >= max_workers) return;
  struct child *child = claim_child();
  if (!child) return;
  number = atomic_fetch_add(&next_worker, 1);
  char *stack = number < max_workers ? sys_mmap(w, NULL, 16 * page, PROT_READ | PROT_WRITE, anonymous | MAP_STACK, -1, 0)
                                     : MAP_FAILED;
  if (is_error(stack)) {
    atomic_store(&child->state, child_none);
    return;
  }
  struct worker *other = &workers[number];
  other->isChild = true;
  other->chance = draw(w);
  other->calls = 0;
  companions[number] = (struct companion){other, child};
  pid_t pid = clone(storm_in_company, stack + 16 * page, CLONE_VM | SIGCHLD, &companions[number]);
  atomic_store(&child->pid, pid);
  if (pid < 0) atomic_store(&child->state, child_none);
}

static void *nothing(void *argument) { return argument; }

// The C library maps its stack, protects the guard, keeps it for the next one, unmaps it.
static void start_thread(struct worker *w) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (16 << 10) << below(w, 8));
  pthread_attr_setguardsize(&attributes, below(w, 3) * page);
  if (!pthread_create(&thread, &attributes, nothing, NULL)) pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

static void start_task(struct worker *w) {
  reap_children(WNOHANG);
  switch (below(w, 8)) {
    case 0:
    case 1: fork_child(w); break;
    case 2: start_program_child(w); break;
    case 3:
      if (w->number == 0) start_companion(w);
      break;
    default: start_thread(w); break;
  }
}

#endif
