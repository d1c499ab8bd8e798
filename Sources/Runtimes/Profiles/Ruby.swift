// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let ruby = RuntimeProfile(
    name: "Ruby",
    sources: ["https://github.com/ruby/ruby: gc.c, ruby_xmalloc; include/ruby/internal/xmalloc.h"],
    plumbing: [
      PlumbingRow(
        .function, ["ruby_xmalloc", "ruby_xcalloc", "ruby_xrealloc"],
        because: "the interpreter's malloc, which its extensions call too")
    ],
    collector: CollectorProfile(processNames: ["ruby"]))
}
