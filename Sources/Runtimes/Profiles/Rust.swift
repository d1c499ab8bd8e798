// SPDX-License-Identifier: Apache-2.0

extension SourceLanguage {
  static let rust = SourceLanguage(
    name: "Rust", fileEndings: [".rs"], canWrite: \.isRustPath,
    isStandard: \.isRustLibraryImplementation)
}

extension RuntimeProfile {
  static let rust = RuntimeProfile(
    name: "Rust",
    sources: [
      "https://github.com/rust-lang/rust: library/alloc/src/alloc.rs, __rust_alloc",
      "https://github.com/rust-lang/rust: library/std/src/alloc.rs, __rdl_alloc, __rg_alloc",
      "https://github.com/rust-lang/hashbrown",
    ],
    plumbing: [
      PlumbingRow(
        .prefixIn(.rust), ["alloc::", "<alloc::", "core::", "<core::", "<std::"],
        because: "the standard library's crates; C++ programs have namespaces of such names"),
      PlumbingRow(
        .prefixIn(.rust), ["hashbrown::"], because: "the crate that is std's HashMap"),
      PlumbingRow(
        .prefixIn(.rust), ["__rust_", "__rustc", "__rdl_", "__rg_"],
        because: "what the compiler makes of the global allocator"),
    ])
}
