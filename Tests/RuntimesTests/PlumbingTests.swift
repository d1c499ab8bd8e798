// SPDX-License-Identifier: Apache-2.0
import Runtimes
import Testing

@Suite("Plumbing by more than a name")
struct PlumbingTests {
  private func isPlumbing(
    _ function: String?, _ module: String? = "/opt/server", file: String? = nil
  ) -> Bool {
    Plumbing.known.includes(function: function, module: module, file: file)
  }

  @Test("a frame of which nothing is known is plumbing, a known function without a module is not")
  func unknown() {
    #expect(isPlumbing(nil, nil))
    #expect(!isPlumbing("LReport;::load", nil))
    #expect(!isPlumbing(nil, "/opt/server"))
  }

  @Test("what compilers append to a function's name makes no difference")
  func suffixes() {
    #expect(isPlumbing("sysmalloc_mmap.isra.0") && isPlumbing("os::malloc(unsigned long)"))
  }

  @Test("a template of std is known behind its result type, a parameter of std is not enough")
  func templates() {
    #expect(isPlumbing("void std::__uninitialized_fill<int*>(int*)"))
    #expect(!isPlumbing("void fill<std::string>(std::string)"))
  }

  @Test("a static function of Python's counts in Python's files only")
  func functionInFile() {
    #expect(isPlumbing("gc_alloc", "/usr/lib/libpython3.11.so.1.0") && !isPlumbing("gc_alloc"))
  }

  @Test(
    "a name of Rust's or Go's library counts unless the source file is of another language",
    arguments: [
      ("core::Cache::store", "/rustc/0/library/core/src/cell.rs", "/src/cache.cc"),
      ("runtime.sysAlloc", "/usr/lib/go/src/runtime/mem.go", "/src/runtime.ml"),
      ("runtime.memmove", "/usr/lib/go/src/runtime/memmove_amd64.s", "/src/runtime.S"),
    ])
  func languages(function: String, own: String, other: String) {
    #expect(isPlumbing(function) && isPlumbing(function, file: own))
    #expect(!isPlumbing(function, file: other))
  }

  @Test(
    "C++ with a namespace called core is not Rust, Swift with a module called runtime is not Go")
  func otherLanguages() {
    #expect(!isPlumbing("core::Cache::store(int)") && isPlumbing("core::Cache::store"))
    #expect(!isPlumbing("runtime.load() -> ()") && isPlumbing("runtime.load"))
  }

  @Test("a profile that is added brings its names along")
  func addedProfile() {
    let toy = RuntimeProfile(
      name: "toy", sources: [],
      plumbing: [PlumbingRow(.function, ["toy_alloc"], because: "the toy's allocator")])
    let plumbing = Plumbing(of: RuntimeProfile.all + [toy])
    #expect(plumbing.includes(function: "toy_alloc", module: "/opt/server", file: nil))
    #expect(!isPlumbing("toy_alloc"))
  }
}
