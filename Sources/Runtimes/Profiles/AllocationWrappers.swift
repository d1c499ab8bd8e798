// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// What large programs and libraries call malloc by. Each has one such function for all of its code,
  /// so the function says nothing about who needed the memory.
  static let allocationWrappers = RuntimeProfile(
    name: "allocation wrappers",
    sources: [
      "https://git.savannah.gnu.org/git/gnulib.git: lib/xalloc.h",
      "https://github.com/git/git: wrapper.c",
      "https://gitlab.gnome.org/GNOME/glib: glib/gmem.h, glib/gslice.h, glib/gstrfuncs.h",
      "https://github.com/openssl/openssl: include/openssl/crypto.h.in",
      "https://github.com/redis/redis: src/zmalloc.h",
      "https://github.com/nginx/nginx: src/os/unix/ngx_alloc.h, src/core/ngx_palloc.h",
      "https://github.com/apache/apr: include/apr_pools.h, include/apr_allocator.h",
      "https://github.com/postgres/postgres: src/include/utils/palloc.h, src/backend/utils/mmgr",
      "https://github.com/sqlite/sqlite: src/malloc.c, src/mem1.c",
      "https://github.com/lua/lua: lmem.h",
      "https://github.com/libuv/libuv: src/uv-common.h",
      "https://github.com/php/php-src: Zend/zend_alloc.h, Zend/zend_alloc.c",
      "https://github.com/llvm/llvm-project: llvm/include/llvm/Support/MemAlloc.h",
      "https://github.com/Perl/perl5: util.c",
    ],
    plumbing: [
      PlumbingRow(
        .function,
        [
          "xmalloc", "xcalloc", "xrealloc", "xstrdup", "xstrndup", "xmallocz", "xmemdup",
          "xmemdupz", "xzalloc", "xnmalloc", "xnrealloc", "x2nrealloc", "xpalloc", "xcharalloc",
          "xreallocarray",
        ], because: "GNU programs and git: malloc that ends the program instead of failing"),
      PlumbingRow(
        .function,
        [
          "g_malloc", "g_malloc0", "g_malloc_n", "g_malloc0_n", "g_realloc", "g_realloc_n",
          "g_try_malloc", "g_try_malloc0", "g_try_realloc", "g_slice_alloc", "g_slice_alloc0",
          "g_strdup",
        ], because: "GLib"),
      PlumbingRow(
        .function,
        [
          "CRYPTO_malloc", "CRYPTO_zalloc", "CRYPTO_realloc", "OPENSSL_malloc",
          "OPENSSL_zalloc", "OPENSSL_realloc",
        ], because: "OpenSSL"),
      PlumbingRow(
        .function,
        [
          "zmalloc", "zcalloc", "zrealloc", "ztrymalloc", "ztrycalloc", "ztryrealloc",
          "zmalloc_usable", "zcalloc_usable", "zrealloc_usable", "ztrymalloc_usable",
          "ztrycalloc_usable", "ztryrealloc_usable", "zmalloc_no_tcache", "zstrdup",
        ], because: "Redis and Valkey"),
      PlumbingRow(
        .function,
        [
          "ngx_alloc", "ngx_calloc", "ngx_memalign", "ngx_palloc", "ngx_pnalloc", "ngx_pcalloc",
          "ngx_pmemalign", "ngx_palloc_block", "ngx_palloc_large",
        ], because: "nginx"),
      PlumbingRow(
        .function, ["apr_palloc", "apr_pcalloc", "apr_pstrdup", "apr_allocator_alloc"],
        because: "Apache's pools"),
      PlumbingRow(
        .function,
        [
          "palloc", "palloc0", "palloc_extended", "repalloc", "pstrdup", "MemoryContextAlloc",
          "MemoryContextAllocZero", "MemoryContextAllocExtended", "MemoryContextStrdup",
          "AllocSetAlloc", "AllocSetRealloc", "AllocSetAllocLarge", "AllocSetAllocFromNewBlock",
        ], because: "PostgreSQL's memory contexts"),
      PlumbingRow(
        .function,
        [
          "sqlite3Malloc", "sqlite3MallocZero", "sqlite3_malloc", "sqlite3_malloc64",
          "sqlite3Realloc", "sqlite3_realloc", "sqlite3_realloc64", "sqlite3DbMallocRaw",
          "sqlite3DbMallocRawNN", "sqlite3DbMallocZero", "sqlite3DbRealloc", "sqlite3MemMalloc",
          "sqlite3MemRealloc",
        ], because: "SQLite"),
      PlumbingRow(.function, ["luaM_malloc_", "luaM_realloc_"], because: "Lua"),
      PlumbingRow(
        .function, ["uv__malloc", "uv__calloc", "uv__realloc", "uv__strdup"], because: "libuv"),
      PlumbingRow(
        .function,
        [
          "_emalloc", "_ecalloc", "_erealloc", "_erealloc2", "_safe_emalloc", "_estrdup",
          "_estrndup", "zend_mm_alloc_huge", "zend_mm_alloc_pages", "zend_mm_chunk_alloc",
          "zend_mm_chunk_alloc_int", "zend_mm_realloc_huge", "zend_mm_mmap",
        ], because: "PHP's memory manager"),
      PlumbingRow(
        .function, ["llvm::allocate_buffer", "llvm::safe_malloc"], because: "LLVM and clang"),
      PlumbingRow(
        .function, ["Perl_safesysmalloc", "Perl_safesyscalloc", "Perl_safesysrealloc"],
        because: "Perl"),
    ])
}
