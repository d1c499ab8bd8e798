// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// musl keeps no stacks of ended threads (src/thread/pthread_create.c: __pthread_exit unmaps a
  /// detached thread's stack, pthread_join any other), so it has no stack cache.
  static let musl = RuntimeProfile(
    name: "musl",
    sources: ["https://git.musl-libc.org/cgit/musl: src/thread/pthread_create.c, configure"],
    plumbing: [
      PlumbingRow(
        .libraryPrefix, ["ld-musl-"],
        because: "the loader is the C library: one file serves as both")
    ])
}
