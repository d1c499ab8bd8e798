// SPDX-License-Identifier: Apache-2.0
import Symbolization
import Testing

@Suite("Whom a stack blames")
struct CulpritTests {
  @Test("the innermost frame outside libc and the allocator is to blame")
  func skipsPlumbing() {
    let stack = CallStack(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6"),
      StackFrame(address: 2, function: "je_arena_new", module: "/usr/bin/server"),
      StackFrame(address: 3, function: "load_table", module: "/usr/bin/server", line: 12),
      StackFrame(address: 4, function: "main", module: "/usr/bin/server"),
    ])
    #expect(stack.culprit?.function == "load_table")
  }

  @Test("a stack of nothing but the C library blames nobody")
  func blamesNobody() {
    let stack = CallStack(frames: [
      StackFrame(address: 1, function: "mmap", module: "/lib/x86_64-linux-gnu/libc.so.6")
    ])
    #expect(stack.culprit == nil)
  }

  @Test(
    "standard libraries and allocators are never to blame, wherever they are linked in",
    arguments: [
      "std::vector<int, std::allocator<int> >::reserve(unsigned long)",
      "void std::__uninitialized_fill<int*>(int*)", "__gnu_cxx::new_allocator<int>::allocate(int)",
      "operator new(unsigned long)", "__mmap64", "_int_malloc", "sysmalloc_mmap.isra.0",
      "__pthread_create_2_1", "_PyObject_Malloc", "PyMem_RawMalloc", "je_arena_extent_alloc",
      "runtime.sysAlloc", "mi_malloc",
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
    "a program's own functions are, also those that only sound like it",
    arguments: [
      "load_table", "malloc_pool_grow", "Store::insert(std::string const&)", "main.main",
      "<tiles::Cache as core::ops::drop::Drop>::drop", "<u8 as tiles::Encode>::encode",
      "<&mut tiles::Cache as core::iter::traits::iterator::Iterator>::next",
      "<fn(u8) -> u8 as tiles::Apply>::apply",
      "mapper", "void fill<std::string>(std::string)", "demo.leak() -> ()",
    ])
  func own(function: String) {
    #expect(!StackFrame(address: 1, function: function, module: "/opt/server").isPlumbing)
  }
}
