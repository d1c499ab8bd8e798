// SPDX-License-Identifier: Apache-2.0

extension StackFrame {
  /// Whether the frame belongs to what programs map memory through: it never is to blame.
  ///
  /// Names are matched no wider than need be: to skip a function of the program is worse than to blame
  /// one of an allocator, whose caller stands next to it.
  public var isPlumbing: Bool {
    guard let module else { return function == nil }
    if Self.isPlumbing(library: module) { return true }
    guard let function else { return false }
    let name = function.plainName
    if Self.functions.contains(name) { return true }
    if Self.pythonFunctions.contains(name), module.contains("python") { return true }
    if Self.prefixes.contains(where: { function.hasPrefix($0) || function.scope.hasPrefix($0) }) {
      return true
    }
    if isWritten(in: [".rs"]), function.isRustPath,
      function.isRustLibrary || Self.rustPrefixes.contains(where: function.hasPrefix)
    {
      return true
    }
    return isWritten(in: [".go", ".s"]) && !function.contains(" -> ")
      && Self.goPrefixes.contains(where: function.hasPrefix)
  }

  /// False when the file is known and of another language.
  private func isWritten(in endings: [String]) -> Bool {
    file.map { file in endings.contains(where: file.hasSuffix) } ?? true
  }

  private static func isPlumbing(library path: String) -> Bool {
    if path == MappedModule.vdso { return true }
    let file = path.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      path[path.utf8.index(after: $0)...]
    }
    let whole = file ?? path[...]
    // `libc.so.6`, `libc-2.31.so`: not `libc-client.so`, nor `libdispatcher.so` for `libdispatch`.
    let name = whole.prefix { $0 != "." }
    let dash = name.lastIndex(of: "-")
    let isVersion = dash.map { name[name.index(after: $0)...].first?.isNumber == true } ?? false
    let bare = isVersion ? name[..<(dash ?? name.endIndex)] : name
    return libraries.contains(String(bare)) || libraryPrefixes.contains(where: whole.hasPrefix)
  }

  private static let libraries: Set = [
    "libc", "libpthread", "libdl", "librt", "libstdc++", "libc++", "libc++abi", "libgcc_s",
    "libjemalloc", "libtcmalloc", "libtcmalloc_minimal", "libtcmalloc_debug",
    "libtcmalloc_minimal_debug", "libtcmalloc_and_profiler", "libmimalloc", "libmimalloc-secure",
    "libmimalloc-debug", "libswiftCore", "libswiftGlibc", "libswiftDispatch",
    "libswiftSynchronization", "libdispatch", "libFoundation", "libFoundationEssentials",
    "libFoundationInternationalization", "libFoundationNetworking", "libFoundationXML",
    "lib_FoundationICU", "libgo",
  ]

  private static let libraryPrefixes = ["ld-linux", "ld-musl-", "ld-2.", "ld.so", "libswift_"]

  /// Of C libraries and allocators that are linked into the program itself.
  private static let functions: Set = [
    "mmap", "mmap64", "__mmap", "__mmap64", "mremap", "__mremap", "brk", "__brk", "sbrk", "__sbrk",
    "__default_morecore", "__glibc_morecore", "shmat", "__shmat", "syscall", "malloc", "calloc",
    "realloc", "reallocarray", "memalign", "posix_memalign", "aligned_alloc", "valloc", "pvalloc",
    "__libc_malloc", "__libc_calloc", "__libc_realloc", "__libc_memalign", "__minimal_malloc",
    "_int_malloc", "_int_realloc", "_int_memalign", "_mid_memalign", "sysmalloc", "sysmalloc_mmap",
    "mremap_chunk", "new_heap", "alloc_new_heap", "heap_max_size", "arena_get2", "malloc_hook_ini",
    "tcache_init", "ptmalloc_init", "grow_heap", "allocate_stack", "allocate_thread_stack",
    "pthread_create", "thrd_create", "dlopen", "dlmopen", "strdup", "strndup", "__strdup",
    "__strndup", "getline", "getdelim", "operator new", "operator new[]", "sysmalloc_mmap_fallback",
    "dlopen_doit", "fopen", "fopen64", "_IO_file_doallocate", "_IO_doallocbuf",
    "asprintf", "__asprintf", "vasprintf", "__vasprintf", "opendir", "__opendir", "fdopendir",
    "fdopen", "open_memstream", "getcwd", "realpath",
    // What large programs and libraries call malloc by.
    "xmalloc", "xcalloc", "xrealloc", "xstrdup", "g_malloc", "g_malloc0", "g_malloc_n",
    "g_malloc0_n", "g_realloc", "g_realloc_n", "g_try_malloc", "g_try_malloc0", "g_try_realloc",
    "g_slice_alloc", "g_slice_alloc0", "g_strdup", "CRYPTO_malloc", "CRYPTO_zalloc",
    "CRYPTO_realloc", "zmalloc", "zcalloc", "zrealloc", "ztrymalloc_usable", "ngx_alloc",
    "ngx_calloc", "ngx_memalign", "llvm::allocate_buffer", "llvm::safe_malloc",
    "ruby_xmalloc", "ruby_xcalloc", "ruby_xrealloc", "Perl_safesysmalloc", "Perl_safesyscalloc",
    "Perl_safesysrealloc",
    // Python's.
    "_PyObject_Malloc", "_PyObject_Calloc", "_PyObject_Realloc", "PyObject_Malloc",
    "PyObject_Calloc", "PyObject_Realloc", "_PyObject_ArenaMmap", "_PyObject_ArenaMalloc",
    "_PyObject_VirtualAlloc", "_PyObject_AllocateArena", "_PyObject_MiMalloc", "_PyObject_MiCalloc",
    "_PyObject_MiRealloc", "_PyObject_DebugMalloc", "_PyObject_DebugRealloc", "_PyObject_New",
    "_PyObject_NewVar", "_PyObject_GC_New", "_PyObject_GC_NewVar", "_PyObject_GC_Malloc",
    "_PyObject_GC_Alloc", "_PyObject_GC_Resize", "_PyObject_GC_NewWithExtraData",
    "pymalloc_alloc", "pymalloc_realloc", "new_arena", "allocate_from_new_pool",
    "PyType_GenericAlloc", "_PyType_AllocNoTrack", "_PyArena_Malloc",
    // Java's and V8's.
    "os::malloc", "os::realloc", "os::strdup", "AllocateHeap", "ReallocateHeap",
    "v8::internal::Heap::AllocateExternalBackingStore", "v8::ArrayBuffer::NewBackingStore",
    "v8::ArrayBuffer::NewBackingStoreForNodeLTS",
    // tcmalloc's, as it exports them.
    "tc_malloc", "tc_calloc", "tc_realloc", "tc_memalign", "tc_posix_memalign", "tc_valloc",
    "tc_pvalloc", "tc_new", "tc_new_nothrow", "tc_newarray", "tc_newarray_nothrow",
    "tc_new_aligned", "tc_new_aligned_nothrow", "tc_newarray_aligned",
    "tc_newarray_aligned_nothrow",
    "tc_malloc_skip_new_handler",
    // jemalloc's.
    "je_malloc", "je_calloc", "je_realloc", "je_memalign", "je_posix_memalign", "je_aligned_alloc",
    "je_valloc", "je_mallocx", "je_rallocx", "je_xallocx", "je_malloc_default",
    // mimalloc's.
    "mi_malloc", "mi_malloc_small", "mi_malloc_aligned", "mi_malloc_aligned_at", "mi_mallocn",
    "mi_zalloc", "mi_zalloc_small", "mi_zalloc_aligned", "mi_calloc", "mi_calloc_aligned",
    "mi_realloc", "mi_reallocn", "mi_reallocf", "mi_realloc_aligned", "mi_rezalloc", "mi_recalloc",
    "mi_reallocarray", "mi_memalign", "mi_posix_memalign", "mi_aligned_alloc", "mi_valloc",
    "mi_pvalloc", "mi_expand", "mi_strdup", "mi_strndup", "mi_realpath", "mi_new", "mi_new_n",
    "mi_new_nothrow", "mi_new_aligned", "mi_new_aligned_nothrow", "mi_new_realloc",
    "mi_new_reallocn", "mi_manage_os_memory", "mi_unix_mmap", "mi_unix_mmapx",
  ]

  /// Names that others may have as well, of the interpreter's own file.
  private static let pythonFunctions: Set = ["gc_alloc", "arena_map_get", "arena_map_mark_used"]

  /// Of functions, or of the scope that they are in: names that no program may take, or would.
  private static let prefixes = [
    "std::", "__gnu_cxx::", "__cxxabiv1::", "operator new", "__pthread_create", "_dl_", "__dl",
    "__libc_", "tcmalloc::", "PyMem_", "_PyMem_", "swift_", "Swift.", "(extension in Swift)",
    "static Swift.", "generic specialization", "specialized Swift.",
    "node::NodeArrayBufferAllocator::", "node::DebuggingArrayBufferAllocator::",
    "v8::internal::BackingStore::",
    // What is inside of allocators that are linked into a program: `je_` or `mi_` alone is not enough.
    "je_arena_", "je_base_", "je_cache_bin_", "je_ecache_", "je_edata_", "je_ehooks_", "je_emap_",
    "je_extent_", "je_extents_", "je_hpa_", "je_huge_", "je_large_", "je_pa_", "je_pac_",
    "je_pages_", "je_rtree_", "je_tcache_", "je_tsd_", "_rjem_", "_mi_", "mi_arena_",
    "mi_heap_malloc", "mi_heap_calloc", "mi_heap_zalloc", "mi_heap_realloc", "mi_os_",
    "mi_segment_", "mi_segments_",
  ]

  private static let rustPrefixes = [
    "alloc::", "<alloc::", "core::", "<core::", "<std::", "hashbrown::", "__rust_", "__rustc",
    "__rdl_", "__rg_",
  ]

  /// Packages of Go's own, whose paths have no host in them.
  private static let goPrefixes = [
    "runtime.", "runtime/", "internal/", "syscall.", "golang.org/x/sys/",
    "vendor/golang.org/x/sys/",
  ]
}

extension String {
  /// A demangled name without its arguments.
  fileprivate var plainName: String { String(prefix { $0 != "(" && $0 != "." }) }

  /// What it begins with after the result type that demangled function templates have.
  fileprivate var scope: Substring {
    let head = prefix { $0 != "(" && $0 != "<" }
    return head.lastIndex(of: " ").map { self[index(after: $0)...] } ?? self[...]
  }

  /// Whether it can be a function of Rust's: those are written without the parameters that C++ names
  /// end in.
  fileprivate var isRustPath: Bool {
    var depth = 0
    var before: Character = " "
    for character in self {
      switch character {
      case "<", "[", "{": depth += 1
      case ">" where before != "-", "]", "}": depth -= 1
      case "(" where depth == 0: return false
      default: break
      }
      before = character
    }
    return true
  }

  /// Whether it is `<X as T>::f` of Rust with a trait T of its library. Of a program's own type that
  /// is the program's own function, unless the trait is one that only the library implements.
  fileprivate var isRustLibrary: Bool {
    guard hasPrefix("<"), let (type, trait) = rustImplementation,
      Self.rustLibraries.contains(where: trait.hasPrefix)
    else { return false }
    let path = trait.prefix { $0 != "<" }
    if path.split(separator: ":").last?.hasPrefix("Spec") == true { return true }
    var bare = type.drop { "&*[(".contains($0) }
    for word in ["mut ", "const "] where bare.hasPrefix(word) { bare = bare.dropFirst(word.count) }
    bare = bare.drop { "&*[(".contains($0) }
    // Primitive types, and what is but a parameter, have no path.
    return Self.rustLibraries.contains(where: bare.hasPrefix)
      || !bare.prefix { !"<,;])".contains($0) }.contains(":")
  }

  private static let rustLibraries = ["alloc::", "core::", "std::", "hashbrown::"]

  /// X and T of `<X as T>`.
  private var rustImplementation: (type: Substring, trait: Substring)? {
    var depth = 0
    var type: Substring?
    var start = index(after: startIndex)
    var before: Character = " "
    for index in indices {
      switch self[index] {
      case "<": depth += 1
      case ">" where before != "-":
        depth -= 1
        if depth == 0 { return type.map { ($0, self[start..<index]) } }
      case " " where depth == 1 && type == nil && self[index...].hasPrefix(" as "):
        type = self[start..<index]
        start = self.index(index, offsetBy: 4)
      default: break
      }
      before = self[index]
    }
    return nil
  }
}
