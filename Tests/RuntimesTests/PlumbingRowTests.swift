// SPDX-License-Identifier: Apache-2.0
import Runtimes
import Testing

/// One plumbing row of one profile.
struct NamedRow: CustomTestStringConvertible {
  var profile: RuntimeProfile
  var row: PlumbingRow

  var testDescription: String { "\(profile.name): \(row.match) \(row.names[0])" }

  static let all = RuntimeProfile.all.flatMap { profile in
    profile.plumbing.map { NamedRow(profile: profile, row: $0) }
  }

  /// What `plumbing` answers for a frame with `name` in the place that the row is about.
  func isPlumbing(_ name: String, in plumbing: Plumbing = .known) -> Bool {
    switch row.match {
    case .library:
      return plumbing.includes(function: "enqueue", module: "/usr/lib/\(name).so.1", file: nil)
    case .libraryPrefix:
      return plumbing.includes(function: "enqueue", module: "/usr/lib/\(name)x.so", file: nil)
    case .function:
      return plumbing.includes(function: "\(name)(int)", module: "/opt/server", file: nil)
    case .functionInFile(let word):
      return plumbing.includes(function: name, module: "/opt/bin/\(word)3", file: nil)
    case .prefix, .prefixIn:
      return plumbing.includes(function: "\(name)rest", module: "/opt/server", file: nil)
    }
  }
}

@Suite("Rows of plumbing names")
struct PlumbingRowTests {
  @Test("every name of a row is plumbing by that row alone", arguments: NamedRow.all)
  func everyName(_ named: NamedRow) {
    let alone = Plumbing(of: [RuntimeProfile(name: "alone", sources: [], plumbing: [named.row])])
    for name in named.row.names {
      #expect(named.isPlumbing(name, in: alone), "\(name)")
      #expect(named.isPlumbing(name), "\(name)")
    }
  }

  @Test("a name that only resembles one of a row is not plumbing", arguments: NamedRow.all)
  func nearMiss(_ named: NamedRow) throws {
    let first = named.row.names[0]
    let near = try #require(nearMisses[first], "the row of \(first) needs a near miss")
    #expect(!named.isPlumbing(near), "\(near)")
  }

  @Test("no near miss is left over from a row that is gone")
  func nearMissesHaveRows() {
    #expect(Set(nearMisses.keys) == Set(NamedRow.all.map { $0.row.names[0] }))
  }

  @Test("every row says why, and no name is in two rows")
  func rowsAreComplete() {
    for named in NamedRow.all {
      #expect(!named.row.reason.isEmpty && !named.row.names.isEmpty, "\(named.testDescription)")
    }
    let names = NamedRow.all.flatMap { named in named.row.names.map { "\(named.row.match) \($0)" } }
    #expect(Set(names).count == names.count)
  }
}

/// By the first name of a row, a name that a program could have and that the row must not match.
private let nearMisses = [
  "[vdso]": "vdso",
  "libc": "libc-client",
  "mmap": "mmap_table",
  "malloc": "malloc_pool_grow",
  "pthread_create": "pthread_create_pool",
  "dlopen": "dlopen_plugins",
  "strdup": "strdup_all",
  "ld-linux": "ld.bfd",
  "__mmap": "my__mmap",
  "__libc_malloc": "libc_malloc",
  "allocate_stack": "allocate_stacks",
  "dlopen_doit": "dlopen_do",
  "__pthread_create": "pthread_created",
  "ld-musl-": "ld-music-",
  "libstdc++": "libstdcxx",
  "operator new": "operator=",
  "std::": "mystd::",
  "libjemalloc": "libjemalloc_stats",
  "je_malloc": "je_parse",
  "je_arena_": "je_areas_",
  "_rjem_": "rjem_",
  "libtcmalloc": "libtcmallocator",
  "tc_malloc": "tc_open",
  "tcmalloc::": "tcmalloc_report",
  "libmimalloc": "libmimallocator",
  "mi_malloc": "mi_open_table",
  "_mi_": "mi_",
  "xmalloc": "xmalloc_report",
  "g_malloc": "g_mallocate",
  "CRYPTO_malloc": "CRYPTO_mallocate",
  "zmalloc": "zmalloc_report",
  "ngx_alloc": "ngx_http_init",
  "apr_palloc": "apr_pool_report",
  "palloc": "pallocate",
  "sqlite3Malloc": "sqlite3VdbeExec",
  "luaM_malloc_": "luaH_resize",
  "uv__malloc": "uv__loop_alloc",
  "_emalloc": "emalloc_report",
  "llvm::allocate_buffer": "llvm::allocate_buffers",
  "Perl_safesysmalloc": "Perl_newSV",
  "libswiftCore": "libswiftCorelocation",
  "libswift_": "libswiftly_",
  "swift_": "swiftly_",
  "Swift.": "Swifter.",
  "generic specialization": "generic special",
  "alloc::": "allocs::",
  "hashbrown::": "hashbrowns::",
  "__rust_": "rust_",
  "libgo": "libgobject-2",
  "runtime.": "example.com/x/runtime.",
  "_cgo_try_pthread_create": "_cgo_export",
  "_PyObject_Malloc": "_PyObject_Call",
  "_PyObject_New": "_PyObject_Next",
  "gc_alloc": "gc_collect",
  "PyMem_": "PyMember_",
  "os::malloc": "os::mallocs",
  "node::NodeArrayBufferAllocator::": "node::Buffer::",
  "v8::internal::Heap::AllocateExternalBackingStore": "v8::internal::Heap::AllocateRaw",
  "ruby_xmalloc": "ruby_xmalloc_report",
]
