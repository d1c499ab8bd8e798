// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let mimalloc = RuntimeProfile(
    name: "mimalloc",
    sources: ["https://github.com/microsoft/mimalloc: include/mimalloc.h, src, CMakeLists.txt"],
    plumbing: [
      PlumbingRow(
        .library, ["libmimalloc", "libmimalloc-secure", "libmimalloc-debug"],
        because: "the allocator as a library, in the variants that CMakeLists.txt names"),
      PlumbingRow(
        .function,
        [
          "mi_malloc", "mi_malloc_small", "mi_malloc_aligned", "mi_malloc_aligned_at",
          "mi_mallocn", "mi_zalloc", "mi_zalloc_small", "mi_zalloc_aligned", "mi_calloc",
          "mi_calloc_aligned", "mi_realloc", "mi_reallocn", "mi_reallocf", "mi_realloc_aligned",
          "mi_rezalloc", "mi_recalloc", "mi_reallocarray", "mi_memalign", "mi_posix_memalign",
          "mi_aligned_alloc", "mi_valloc", "mi_pvalloc", "mi_expand", "mi_strdup", "mi_strndup",
          "mi_realpath", "mi_new", "mi_new_n", "mi_new_nothrow", "mi_new_aligned",
          "mi_new_aligned_nothrow", "mi_new_realloc", "mi_new_reallocn", "mi_manage_os_memory",
          "mi_unix_mmap", "mi_unix_mmapx",
        ], because: "its interface, linked into a program; `mi_` alone may begin other names"),
      PlumbingRow(
        .prefix,
        [
          "_mi_", "mi_arena_", "mi_heap_malloc", "mi_heap_calloc", "mi_heap_zalloc",
          "mi_heap_realloc", "mi_os_", "mi_segment_", "mi_segments_",
        ], because: "the names of its source files and of its heaps, inside of a program"),
    ])
}
