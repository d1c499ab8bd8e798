// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// V8 and the programs built on it.
  static let v8 = RuntimeProfile(
    name: "V8",
    sources: [
      "https://github.com/nodejs/node: src/node_internals.h, NodeArrayBufferAllocator",
      "https://chromium.googlesource.com/v8/v8: src/objects/backing-store.cc",
      "https://github.com/denoland/deno: cli/main.rs",
    ],
    plumbing: [
      PlumbingRow(
        .prefix,
        [
          "node::NodeArrayBufferAllocator::", "node::DebuggingArrayBufferAllocator::",
          "v8::internal::BackingStore::",
        ], because: "they allocate the memory of ArrayBuffer for the code that makes one"),
      PlumbingRow(
        .function,
        [
          "v8::internal::Heap::AllocateExternalBackingStore",
          "v8::ArrayBuffer::NewBackingStore", "v8::ArrayBuffer::NewBackingStoreForNodeLTS",
        ], because: "the steps between them"),
    ],
    collector: CollectorProfile(processNames: ["node", "deno"]))
}
