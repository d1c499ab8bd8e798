// SPDX-License-Identifier: Apache-2.0
// Maps, protects and unmaps as a 32-bit program: its system calls reach no tracepoint of ours.
//
// Freestanding and static (int 0x80, no C library), so that no 32-bit library is needed to build or
// run it. Prints its pid and `done` like the others, does the same again for each byte that it reads, and
// stays until standard input ends.

enum {
  sys_exit = 1,
  sys_read = 3,
  sys_write = 4,
  sys_getpid = 20,
  sys_munmap = 91,
  sys_mprotect = 125,
  sys_mmap2 = 192,
};
enum { anonymous_private = 0x22, page = 4096 };

static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  // The sixth argument of mmap2, an offset, is in ebp, which the compiler may want: 0 for all.
  __asm__ volatile("push %%ebp; xor %%ebp, %%ebp; int $0x80; pop %%ebp"
                   : "=a"(result)
                   : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory");
  return result;
}

static void print(const char *text) {
  long length = 0;
  while (text[length]) length++;
  call(sys_write, 1, (long)text, length, 0, 0);
}

static void print_pid(void) {
  char digits[12];
  int at = sizeof digits;
  digits[--at] = 0;
  digits[--at] = '\n';
  for (long pid = call(sys_getpid, 0, 0, 0, 0, 0); pid > 0; pid /= 10) digits[--at] = '0' + pid % 10;
  print("pid ");
  print(digits + at);
}

static void map_some(void) {
  for (int i = 1; i <= 40; i++) {
    long address = call(sys_mmap2, 0, (4 + i) * page, 3, anonymous_private, -1);
    if (i % 2) call(sys_mprotect, address + page, page, 1, 0, 0);
    if (i % 3 == 0) call(sys_munmap, address + 2 * page, page, 0, 0, 0);
    if (i % 5 == 0) call(sys_munmap, address, (4 + i) * page, 0, 0, 0);
  }
}

void _start(void) {
  char byte;
  print_pid();
  map_some();
  print("done\n");
  while (call(sys_read, 0, (long)&byte, 1, 0, 0) > 0) {
    map_some();
    print("again\n");
  }
  call(sys_exit, 0, 0, 0, 0, 0);
}
