// Attaches the first N programs of floor.bpf.o, prints "attached N" and waits to be killed.
// SPDX-License-Identifier: Apache-2.0
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Skips the hooks that this kernel does not have.
static int quiet(enum libbpf_print_level level, const char *format, va_list list) {
  (void)level, (void)format, (void)list;
  return 0;
}

int main(int argc, char **argv) {
  int most = argc > 2 ? atoi(argv[2]) : 2, attached = 0;
  libbpf_set_print(quiet);
  struct bpf_object *object = argc > 1 ? bpf_object__open(argv[1]) : NULL;
  struct bpf_program *program;
  if (!object || bpf_object__load(object)) {
    fprintf(stderr, "cannot load the object\n");
    return 1;
  }
  bpf_object__for_each_program(program, object) {
    if (attached == most) break;
    if (bpf_program__attach(program)) attached++;
  }
  printf("attached %d\n", attached);
  fflush(stdout);
  pause();
  return 0;
}
