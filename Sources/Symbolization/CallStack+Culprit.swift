// SPDX-License-Identifier: Apache-2.0

extension CallStack {
  /// Whose line it is: the innermost frame that is neither C library, loader nor allocator.
  ///
  /// Nil when every frame is one of those, or unknown.
  public var culprit: StackFrame? { frames.first { !$0.isPlumbing } }
}

extension StackFrame {
  /// Whether the frame belongs to what programs map memory through: it never is to blame.
  public var isPlumbing: Bool {
    guard let module else { return function == nil }
    let file = module.split(separator: "/").last.map(String.init) ?? module
    if file == "[vdso]" || Self.libraries.contains(where: { file.hasPrefix($0) }) { return true }
    guard let function else { return false }
    return Self.functions.contains(where: { function.hasPrefix($0) })
  }

  private static let libraries = [
    "libc.so", "libc-", "libpthread", "ld-linux", "ld-musl", "ld-2", "libjemalloc", "libtcmalloc",
    "libmimalloc", "libstdc++", "libc++", "libgcc_s", "libdl", "librt",
  ]
  private static let functions = [
    "operator new", "std::thread", "std::__", "std::allocator", "__gnu_cxx::", "malloc", "calloc",
    "realloc", "mmap", "je_", "tc_", "mi_", "swift_", "runtime.", "alloc::", "std::sys::",
    "std::alloc", "core::",
  ]
}
