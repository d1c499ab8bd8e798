// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let tcmalloc = RuntimeProfile(
    name: "tcmalloc",
    sources: [
      "https://github.com/gperftools/gperftools: src/gperftools/tcmalloc.h.in, Makefile.am",
      "https://github.com/google/tcmalloc: tcmalloc/internal/config.h, namespace tcmalloc",
    ],
    plumbing: [
      PlumbingRow(
        .library,
        [
          "libtcmalloc", "libtcmalloc_minimal", "libtcmalloc_debug", "libtcmalloc_minimal_debug",
          "libtcmalloc_and_profiler",
        ], because: "the allocator as a library, in the variants that gperftools builds"),
      PlumbingRow(
        .function,
        [
          "tc_malloc", "tc_calloc", "tc_realloc", "tc_memalign", "tc_posix_memalign", "tc_valloc",
          "tc_pvalloc", "tc_new", "tc_new_nothrow", "tc_newarray", "tc_newarray_nothrow",
          "tc_new_aligned", "tc_new_aligned_nothrow", "tc_newarray_aligned",
          "tc_newarray_aligned_nothrow", "tc_malloc_skip_new_handler",
        ], because: "its interface, linked into a program; `tc_` alone may begin other names"),
      PlumbingRow(.prefix, ["tcmalloc::"], because: "the namespace of its inside"),
    ])
}
