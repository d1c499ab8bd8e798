// SPDX-License-Identifier: Apache-2.0
import Runtimes

extension StackFrame {
  /// Whether the frame belongs to code that programs map memory through: the C library, an allocator,
  /// a language's runtime. Such a frame is never the culprit.
  public var isPlumbing: Bool {
    Plumbing.known.includes(function: function, module: module, file: file)
  }
}
