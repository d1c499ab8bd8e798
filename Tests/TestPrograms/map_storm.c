// Storms of every call that maps and unmaps, from many threads and processes at once, the same for the same --seed.
// SPDX-License-Identifier: Apache-2.0
//
// A legal program, unless told otherwise. Each worker maps at addresses of its own choice only within its
// area. What the kernel gave it elsewhere it unmaps, and the address then goes to the next worker at full
// speed. Without features, the result of each call tells its effect.
//
// A round ends with everything quiet and a line `done round 1 of 3 ops 40000 pids 100 105`, which names
// every process with a space of its own. With --hold, a line on standard input starts the next round.
#define _GNU_SOURCE
#include "map_storm_tasks.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <malloc.h>
#include <poll.h>
#include <sys/personality.h>
#include <sys/utsname.h>

static long seed = 1, ops = 100000, threads = 4, rounds = 1, until_told = 0;
static const struct option_value options[] = {
    {"seed", &seed, "where chance begins"},
    {"ops", &ops, "calls of all rounds together"},
    {"threads", &threads, "workers of the first process"},
    {"rounds", &rounds, "times to be quiet"},
    {"until-told", &until_told, "1: a round lasts until a line comes on standard input"},
    {0},
};

static const struct {
  const char *name;
  enum feature feature;
} feature_names[] = {
    {"partial", feature_partial}, {"hugetlb", feature_hugetlb}, {"aio", feature_aio},
    {"rfp", feature_rfp},         {"limit", feature_limit},     {"seal", feature_seal},
    {"racy", feature_racy},       {"alone", feature_alone},     {"exec-implied", feature_execimplied},
};
enum { feature_count = sizeof feature_names / sizeof *feature_names };

// ---- one worker ----

static void one_feature(struct worker *w) {
  enum feature feature = feature_names[below(w, feature_count)].feature;
  if (!has(feature)) return;
  if (feature == feature_hugetlb && huge_bytes) use_huge_pages(w);
  if (feature == feature_aio && one_in(w, 16)) use_aio(w);
  if (feature == feature_rfp && one_in(w, 16)) remap_pages_of_file(w);
  if (feature == feature_seal && one_in(w, 16)) seal_piece(w);
  if (feature == feature_limit && one_in(w, 400)) reach_limit(w);
}

static void one_call(struct worker *w) {
  long which = below(w, 100);
  if (which < 20)
    map_anywhere(w);
  else if (which < 35)
    unmap_span(w);
  else if (which < 48)
    map_fixed(w);
  else if (which < 58)
    unmap_piece(w);
  else if (which < 66)
    remap_span(w);
  else if (which < 74)
    remap_piece(w);
  else if (which < 78)
    protect_span(w);
  else if (which < 80)
    protect_piece(w);
  else if (which < 83)
    protect_page(w);
  else if (which < 87)
    move_break(w);
  else if (which < 89)
    attach_one(w);
  else if (which < 91)
    detach_one(w);
  else if (which < 92)
    advise(w);
  else if (which < 93)
    map_in_vain(w);
  else if (which < 94)
    unmap_in_vain(w);
  else if (which < 95)
    protect_in_vain(w);
  else if (which < 96)
    detach_in_vain(w);
  else if (which < 97 && has(feature_partial))
    map_fixed_in_vain(w);
  else if (features)
    one_feature(w);
  else
    map_anywhere(w);
  if (!w->isChild && !has(feature_alone) && one_in(w, 1000)) start_task(w);
}

static void storm(struct worker *w, long calls) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  long end = w->calls + calls;
  for (long turn = 1; w->isChild || !until_told ? w->calls < end : !atomic_load(&board->stop); turn++) {
    one_call(w);
    // Only the first worker listens, so that it alone takes the line.
    if (until_told && !w->isChild && w->number == 0 && turn % 256 == 0 && poll(&input, 1, 0) > 0) {
      char ignored[64];
      atomic_store(&board->stop, 1);
      if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) _exit(0);
    }
  }
}

static void prepare_worker(struct worker *w, int number, uint64_t first) {
  w->number = number;
  w->chance = first + (uint64_t)number * 0x1000003;
  w->area = (char *)(1L << 44) + (has(feature_racy) ? 0 : (long)number << 32);
}

// ---- what they map ----

static void prepare_files(void) {
  char name[] = "/tmp/map_storm.XXXXXX";
  files[0].fd = memfd_create("storm-memory", MFD_ALLOW_SEALING);
  files[1].fd = mkostemp(name, O_CLOEXEC);
  files[2].fd = open(name, O_RDONLY | O_CLOEXEC);
  files[3].fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  unlink(name);
  files[0].isWritable = files[1].isWritable = true;
  directory_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  sealed_fd = memfd_create("storm-sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  for (int i = 0; i < file_count; i++)
    if (files[i].fd < 0) fail("opening a file to map");
  if (directory_fd < 0 || sealed_fd < 0) fail("opening a file not to map");
  if (ftruncate(files[0].fd, file_pages * page) || ftruncate(files[1].fd, file_pages * page) ||
      ftruncate(sealed_fd, file_pages * page))
    fail("ftruncate");
  if (fcntl(sealed_fd, F_ADD_SEALS, 0x10 /* F_SEAL_FUTURE_WRITE */)) fail("F_ADD_SEALS");
}

// They go when the last process that can attach them does: by then they are marked for it.
static void prepare_segments(void) {
  for (int i = 0; i < segment_ids; i++) {
    shm_ids[i] = shmget(IPC_PRIVATE, segment_pages[i] * page, IPC_CREAT | 0600);
    if (shm_ids[i] < 0) fail("shmget");
    void *kept = shmat(shm_ids[i], NULL, 0);
    if (is_error(kept)) fail("shmat");
    shmctl(shm_ids[i], IPC_RMID, NULL);
  }
}

static long default_huge_bytes(void) {
  char text[4096];
  int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length < 0) return 0;
  text[length] = 0;
  const char *line = strstr(text, "Hugepagesize:");
  return line ? atol(line + strlen("Hugepagesize:")) << 10 : 0;
}

static void prepare(void) {
  struct utsname kernel;
  int major = 0, minor = 0;
  page = sysconf(_SC_PAGESIZE);
  uname(&kernel);
  sscanf(kernel.release, "%d.%d", &major, &minor);
  moves_several = major > 6 || (major == 6 && minor >= 17);
  huge_bytes = default_huge_bytes();
  // The C library's own heap shall not grow any more: the break is the storm's.
  mallopt(M_TOP_PAD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  void *volatile first = malloc(64);  // volatile: or gcc leaves both calls out
  free(first);
  prepare_files();
  prepare_segments();
  break_floor = sbrk(0);
}

static void map_board(void) {
  board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, board_fd, 0);
  if (board == MAP_FAILED) fail("mapping the board");
}

// ---- the program ----

// A program that a worker started: storms a little in a space of its own, then stays.
static int become_child(char **words) {
  board_fd = atoi(words[2]);
  struct child *child;
  hold_pipe[0] = atoi(words[5]);
  page = sysconf(_SC_PAGESIZE);
  map_board();
  child = &board->children[atoi(words[3])];
  prepare();
  struct worker *w = &workers[0];
  prepare_worker(w, 0, strtoull(words[4], NULL, 10));
  w->isChild = true;
  storm(w, 1500);
  atomic_fetch_add(&board->calls, w->calls);
  hold(child);
  return 0;
}

static void *run_worker(void *argument) {
  struct worker *w = argument;
  storm(w, ops / rounds / threads);
  return NULL;
}

static void end_children(void) {
  for (struct child *child = board->children; child < board->children + max_children; child++) {
    if (atomic_load(&child->state) != child_held) continue;
    if (atomic_load(&child->pid) <= 0) continue;
    kill(atomic_load(&child->pid), SIGKILL);
    atomic_store(&child->state, child_ended);
  }
  reap_children(0);
}

static void wait_for_quiet(void) {
  for (struct child *child = board->children; child < board->children + max_children; child++)
    while (atomic_load(&child->state) == child_storming) {
      int status = 0, pid = atomic_load(&child->pid);
      sleep_ms(1);
      if (pid <= 0 || waitpid(pid, &status, WNOHANG | __WALL) != pid) continue;
      if (WIFSIGNALED(status)) {
        say(STDERR_FILENO, "child %d died of signal %d\n", pid, WTERMSIG(status));
        _exit(1);
      }
      atomic_store(&child->pid, 0);
      atomic_store(&child->state, child_none);
    }
  reap_children(0);
}

static void run_round(long round) {
  pthread_t handles[max_workers];
  end_children();
  atomic_store(&board->stop, 0);
  atomic_store(&next_worker, (int)threads);
  for (long i = 1; i < threads; i++)
    if (pthread_create(&handles[i], NULL, run_worker, &workers[i])) fail("pthread_create");
  run_worker(&workers[0]);
  for (long i = 1; i < threads; i++) pthread_join(handles[i], NULL);
  wait_for_threads(1);
  wait_for_quiet();
  for (long i = 0; i < threads; i++) {
    atomic_fetch_add(&board->calls, workers[i].calls);
    workers[i].calls = 0;
  }
  char text[512];
  int used = snprintf(text, sizeof text, "done round %ld of %ld ops %ld pids %d", round, rounds,
                      atomic_load(&board->calls), getpid());
  for (struct child *child = board->children; child < board->children + max_children; child++)
    if (atomic_load(&child->state) == child_held)
      used += snprintf(text + used, sizeof text - used, " %d", atomic_load(&child->pid));
  say(STDOUT_FILENO, "%s\n", text);
}

// Reads `--features a,b` and takes it out of the words.
static void take_features(int *count, char **words) {
  int kept = 1;
  for (int i = 1; i < *count; i++) {
    if (strcmp(words[i], "--features") || i + 1 == *count) {
      words[kept++] = words[i];
      continue;
    }
    for (char *name = strtok(words[++i], ","); name; name = strtok(NULL, ",")) {
      int which = 0;
      while (which < feature_count && strcmp(feature_names[which].name, name)) which++;
      if (which == feature_count) {
        say(STDERR_FILENO, "no feature %s\n", name);
        _exit(64);
      }
      features |= feature_names[which].feature;
    }
  }
  *count = kept;
}

int main(int argc, char **argv) {
  if (argc == 6 && !strcmp(argv[1], "--become")) return become_child(argv);
  take_features(&argc, argv);
  start_program(argc, argv, options);
  if (threads < 1 || threads > max_workers || rounds < 1) return 64;
  if (has(feature_execimplied)) personality(personality(0xffffffff) | READ_IMPLIES_EXEC);
  prepare();
  board_fd = memfd_create("storm-board", 0);
  if (board_fd < 0 || ftruncate(board_fd, sizeof *board)) fail("memfd_create");
  map_board();
  if (pipe(hold_pipe) || fcntl(hold_pipe[1], F_SETFD, FD_CLOEXEC)) fail("pipe");
  for (int i = 0; i < max_workers; i++) prepare_worker(&workers[i], i, (uint64_t)seed);
  for (long round = 1; round <= rounds; round++) {
    run_round(round);
    char ignored[64];
    if (!hold_at_end) continue;
    if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) break;
  }
  end_children();
  return 0;
}
