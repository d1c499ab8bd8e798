// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let jemalloc = RuntimeProfile(
    name: "jemalloc",
    sources: [
      "https://github.com/jemalloc/jemalloc: include/jemalloc/jemalloc_protos.h.in, src",
      "https://github.com/tikv/jemallocator: jemalloc-sys/build.rs, --with-jemalloc-prefix=_rjem_",
    ],
    plumbing: [
      PlumbingRow(.library, ["libjemalloc"], because: "the allocator as a library"),
      PlumbingRow(
        .function,
        [
          "je_malloc", "je_calloc", "je_realloc", "je_memalign", "je_posix_memalign",
          "je_aligned_alloc", "je_valloc", "je_mallocx", "je_rallocx", "je_xallocx",
          "je_malloc_default",
        ], because: "its interface, linked into a program; `je_` alone may begin other names"),
      PlumbingRow(
        .prefix,
        [
          "je_arena_", "je_base_", "je_cache_bin_", "je_ecache_", "je_edata_", "je_ehooks_",
          "je_emap_", "je_extent_", "je_extents_", "je_hpa_", "je_huge_", "je_large_", "je_pa_",
          "je_pac_", "je_pages_", "je_rtree_", "je_tcache_", "je_tsd_",
        ], because: "the names of its source files, inside of a program"),
      PlumbingRow(.prefix, ["_rjem_"], because: "the prefix that Rust's crate gives all of it"),
    ])
}
