// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// Functions that every C library has, also where it is linked into the program.
  static let cLibrary = RuntimeProfile(
    name: "C library",
    sources: ["POSIX.1-2017, XSH chapter 3", "ISO C, <stdlib.h>, <stdio.h>, <threads.h>"],
    plumbing: [
      PlumbingRow(
        .library, ["libc", "libpthread", "libdl", "librt"],
        because: "the C library, and the parts that glibc had as files of their own until 2.34"),
      PlumbingRow(
        .function, ["mmap", "mmap64", "mremap", "brk", "sbrk", "shmat", "syscall"],
        because: "wrappers of system calls"),
      PlumbingRow(
        .function,
        [
          "malloc", "calloc", "realloc", "reallocarray", "memalign", "posix_memalign",
          "aligned_alloc", "valloc", "pvalloc",
        ], because: "the allocator's interface, whichever allocator provides it"),
      PlumbingRow(
        .function, ["pthread_create", "thrd_create"],
        because: "they map the stack that their caller asked for"),
      PlumbingRow(
        .function, ["dlopen", "dlmopen"], because: "they map the library that their caller named"),
      PlumbingRow(
        .function,
        [
          "strdup", "strndup", "getline", "getdelim", "fopen", "fopen64", "fdopen",
          "open_memstream", "asprintf", "vasprintf", "opendir", "fdopendir", "getcwd", "realpath",
        ], because: "their result, or a part of it, is memory that the caller must free"),
    ],
    threadStarts: ["_start", "clone", "__clone"])
}
