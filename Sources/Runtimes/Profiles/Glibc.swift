// SPDX-License-Identifier: Apache-2.0

extension ArenaProfile {
  /// HEAP_MAX_SIZE is 2 * DEFAULT_MMAP_THRESHOLD_MAX: 64 MiB where a long has 8 bytes. To align it,
  /// new_heap maps twice as much and unmaps the rest.
  public static let glibc = ArenaProfile(heapBytes: 64 << 20, mappedBytes: 128 << 20)
}

extension StackCacheProfile {
  /// __nptl_stack_cache_maxsize is 40 MiB unless the tunable glibc.pthread.stack_cache_size says
  /// otherwise. get_cached_stack refuses a stack that is larger than 4 * size.
  public static let glibc = StackCacheProfile(mostBytes: 40 << 20, mostOversize: 4)
}

extension RuntimeProfile {
  static let glibc = RuntimeProfile(
    name: "glibc",
    sources: [
      "https://sourceware.org/git/glibc.git: malloc/arena.c, HEAP_MAX_SIZE, new_heap, arena_get2",
      "https://sourceware.org/git/glibc.git: nptl/nptl-stack.c, __nptl_stack_cache_maxsize",
      "https://sourceware.org/git/glibc.git: nptl/allocatestack.c, get_cached_stack",
      "https://sourceware.org/git/glibc.git: malloc/malloc.c, libio, elf/dl-open.c",
    ],
    plumbing: [
      PlumbingRow(.libraryPrefix, ["ld-linux", "ld-2.", "ld.so"], because: "the dynamic loader"),
      PlumbingRow(
        .function,
        ["__mmap", "__mmap64", "__mremap", "__brk", "__sbrk", "__shmat"],
        because: "the inner names of wrappers of system calls"),
      PlumbingRow(
        .function,
        [
          "__libc_malloc", "__libc_calloc", "__libc_realloc", "__libc_memalign",
          "__minimal_malloc", "__default_morecore", "__glibc_morecore", "_int_malloc",
          "_int_realloc", "_int_memalign", "_mid_memalign", "sysmalloc", "sysmalloc_mmap",
          "sysmalloc_mmap_fallback", "mremap_chunk", "new_heap", "alloc_new_heap",
          "heap_max_size", "arena_get2", "malloc_hook_ini", "tcache_init", "ptmalloc_init",
          "grow_heap",
        ], because: "inside of malloc, where the symbols of a static program show it"),
      PlumbingRow(
        .function, ["allocate_stack", "allocate_thread_stack"], because: "inside of pthread_create"),
      PlumbingRow(
        .function,
        [
          "dlopen_doit", "__strdup", "__strndup", "_IO_file_doallocate", "_IO_doallocbuf",
          "__asprintf", "__vasprintf", "__opendir",
        ], because: "the inner names of functions that map or allocate for their caller"),
      PlumbingRow(
        .prefix, ["__pthread_create", "_dl_", "__dl", "__libc_"],
        because: "reserved names: no program may begin a name with two underscores"),
    ],
    arena: .glibc, stackCache: .glibc,
    threadStarts: [
      "_dl_start_user", "__libc_start_main", "__libc_start_call_main", "clone3", "__clone3",
    ])
}
