// SPDX-License-Identifier: Apache-2.0
import Symbolization
import Testing

@Suite("The culprit of a call path")
struct CulpritTests {
  @Test("the culprit is the innermost frame outside libc and the allocator")
  func skipsPlumbing() {
    let stack = CallPath(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6"),
      StackFrame(address: 2, function: "je_arena_new", module: "/usr/bin/server"),
      StackFrame(address: 3, function: "load_table", module: "/usr/bin/server", line: 12),
      StackFrame(address: 4, function: "main", module: "/usr/bin/server"),
    ])
    #expect(stack.culprit?.function == "load_table")
  }

  @Test("a call path of nothing but the C library has no culprit")
  func blamesNobody() {
    let stack = CallPath(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6")
    ])
    #expect(stack.culprit == nil)
  }

  @Test(
    "a standard library or an allocator is never the culprit, also where it is linked into a program",
    arguments: [
      "std::vector<int, std::allocator<int> >::reserve(unsigned long)",
      "void std::__uninitialized_fill<int*>(int*)", "__gnu_cxx::new_allocator<int>::allocate(int)",
      "operator new(unsigned long)", "__mmap64", "vasprintf", "_int_malloc",
      "sysmalloc_mmap.isra.0",
      "__pthread_create_2_1", "_PyObject_Malloc", "PyMem_RawMalloc", "je_arena_extent_alloc",
      "pymalloc_realloc", "_PyObject_GC_NewVar", "os::malloc(unsigned long, MEMFLAGS)",
      "node::NodeArrayBufferAllocator::AllocateUninitialized(unsigned long)",
      "v8::internal::BackingStore::Allocate(v8::internal::Isolate*, unsigned long)",
      "runtime.sysAlloc", "runtime.(*mheap).sysAlloc", "runtime/internal/syscall.Syscall6",
      "syscall.(*mmapper).Mmap", "internal/poll.(*FD).Read", "golang.org/x/sys/unix.Mmap",
      "mi_malloc", "tc_malloc", "je_malloc", "_mi_os_alloc", "zmalloc_usable", "ngx_palloc_large",
      "AllocSetAllocLarge", "sqlite3MemMalloc.lto_priv.0", "zend_mm_chunk_alloc_int", "xnmalloc",
      "core::array::from_fn::<[u8; 4], (A, B)>",
      "core::ptr::drop_in_place<fn(u8) -> u8>",
      "alloc::raw_vec::RawVec<T,A>::grow_one", "<alloc::vec::Vec<T> as core::clone::Clone>::clone",
      "<u8 as alloc::vec::spec_from_elem::SpecFromElem>::from_elem",
      "<tiles::Tile as alloc::vec::spec_from_elem::SpecFromElem>::from_elem::<alloc::alloc::Global>",
      "<T as core::convert::Into<U>>::into", "<&[u8] as std::io::Read>::read_to_end",
      "<std::sys::thread::Thread as core::ops::drop::Drop>::drop",
      "Swift._ContiguousArrayBuffer.init(count: Swift.Int) -> A", "swift_slowAlloc",
      "generic specialization <Swift.Int> of Swift.Array.append(A) -> ()",
    ])
  func plumbing(function: String) {
    #expect(StackFrame(address: 1, function: function, module: "/opt/server").isPlumbing)
  }

  @Test(
    "a program's own function can be the culprit, also if its name resembles a library's",
    arguments: [
      "load_table", "malloc_pool_grow", "my_malloc", "main.main",
      "Store::insert(std::string const&)",
      "<tiles::Cache as core::ops::drop::Drop>::drop", "<u8 as tiles::Encode>::encode",
      "<&mut tiles::Cache as core::iter::traits::iterator::Iterator>::next",
      "<fn(u8) -> u8 as tiles::Apply>::apply",
      "core::Cache::store(int)", "alloc::Pool::grow(std::function<void (int)>) const",
      "mi_open_table", "tc_open", "je_parse", "tcmalloc_report", "example.com/x/runtime.Load",
      "runtime(int)", "mapper", "void fill<std::string>(std::string)", "demo.leak() -> ()",
    ])
  func own(function: String) {
    #expect(!StackFrame(address: 1, function: function, module: "/opt/server").isPlumbing)
  }

  @Test(
    "a library is known by its whole name, with a version or without",
    arguments: [
      ("libc.so.6", true), ("libc-2.31.so", true), ("libc.musl-x86_64.so.1", true),
      ("libdispatch.so", true), ("libdispatcher.so", false), ("librt.so.1", true),
      ("librtmp.so.1", false), ("libdl-2.31.so", true), ("libdlib.so.19", false),
      ("libc-client.so.2007e", false), ("libstdc++.so.6.0.30", true), ("libc++abi.so.1", true),
      ("ld-linux-x86-64.so.2", true), ("ld-musl-aarch64.so.1", true), ("ld.bfd", false),
      ("libjemalloc.so.2", true), ("libtcmalloc_minimal.so.4.5.10", true),
      ("libmimalloc-secure.so.2", true), ("libswift_Concurrency.so", true),
    ])
  func libraries(file: String, isPlumbing: Bool) {
    let frame = StackFrame(address: 1, function: "enqueue", module: "/usr/lib/\(file)")
    #expect(frame.isPlumbing == isPlumbing)
  }

  @Test("a static function of Python's is plumbing in Python's own files only")
  func pythonsOwn() {
    let library = "/usr/lib/libpython3.11.so.1.0"
    #expect(StackFrame(address: 1, function: "gc_alloc", module: library).isPlumbing)
    #expect(!StackFrame(address: 1, function: "gc_alloc", module: "/opt/server").isPlumbing)
  }

  @Test("a function in a source file of another language is not of Rust's library")
  func fileTellsLanguage() {
    var frame = StackFrame(address: 1, function: "core::Cache::store", module: "/opt/server")
    #expect(frame.isPlumbing)
    frame.file = "/src/cache.cc"
    #expect(!frame.isPlumbing)
    frame.file = "/rustc/0/library/core/src/cell.rs"
    #expect(frame.isPlumbing)
  }
}
