// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// The standard libraries of C++ and the support library of compilers.
  static let cxx = RuntimeProfile(
    name: "C++",
    sources: [
      "https://gcc.gnu.org/git/gcc.git: libstdc++-v3, libgcc",
      "https://github.com/llvm/llvm-project: libcxx, libcxxabi",
    ],
    plumbing: [
      PlumbingRow(
        .library, ["libstdc++", "libc++", "libc++abi", "libgcc_s"],
        because: "containers and operator new allocate for their caller"),
      PlumbingRow(
        .function, ["operator new", "operator new[]"],
        because: "the allocator's interface, whichever allocator provides it"),
      PlumbingRow(
        .prefix, ["std::", "__gnu_cxx::", "__cxxabiv1::", "operator new"],
        because: "templates are compiled into the program; a program may add nothing to std"),
    ])
}
