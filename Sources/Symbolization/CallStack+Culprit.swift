// SPDX-License-Identifier: Apache-2.0

extension CallStack {
  /// Whose line it is: the innermost frame that is neither C library, loader, allocator nor the
  /// runtime of a language.
  ///
  /// Nil when every frame is one of those, or unknown.
  public var culprit: StackFrame? { frames.first { !$0.isPlumbing } }

  /// The culprit in a few words, its function or where in a module it is; nil when neither is known.
  public var origin: String? {
    guard let culprit else { return nil }
    if let function = culprit.function { return function }
    guard let module = culprit.module, let offset = culprit.offset else { return nil }
    let name = module.split(separator: "/").last.map(String.init) ?? module
    return "\(name)+0x\(String(offset, radix: 16))"
  }
}

extension StackFrame {
  /// Whether the frame belongs to what programs map memory through: it never is to blame.
  public var isPlumbing: Bool {
    guard let module else { return function == nil }
    let file = module.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      module[module.utf8.index(after: $0)...]
    }
    if Self.libraries.contains(where: { (file ?? module[...]).hasPrefix($0) }) { return true }
    guard let function else { return false }
    if Self.functions.contains(function.plainName) { return true }
    return function.isRustLibrary
      || Self.prefixes.contains { function.hasPrefix($0) || function.scope.hasPrefix($0) }
  }

  private static let libraries = [
    "[vdso]", "libc.so", "libc-", "libpthread", "libdl", "librt", "ld-linux", "ld-musl", "ld-2",
    "ld.so", "libstdc++", "libc++", "libgcc_s", "libjemalloc", "libtcmalloc", "libmimalloc",
    "libswiftCore", "libswift_", "libswiftDispatch", "libdispatch", "libFoundation", "libgo.so",
  ]

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
    "PyObject_Calloc", "PyObject_Realloc", "_PyObject_ArenaMmap", "pymalloc_alloc", "new_arena",
    "allocate_from_new_pool",
  ]

  /// Of functions, or of the scope that they are in.
  private static let prefixes = [
    "std::", "__gnu_cxx::", "__cxxabiv1::", "operator new", "__pthread_create", "_dl_", "__dl",
    "__libc_", "je_", "_rjem_", "tc_", "tcmalloc::", "mi_", "_mi_", "alloc::", "<alloc::", "core::",
    "<core::", "<std::", "hashbrown::", "__rust_", "__rustc", "__rdl_", "__rg_", "runtime.",
    "PyMem_", "_PyMem_", "swift_", "Swift.", "(extension in Swift)", "static Swift.",
    "generic specialization",
    "specialized Swift.",
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
