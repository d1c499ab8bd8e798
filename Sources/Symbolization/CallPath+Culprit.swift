// SPDX-License-Identifier: Apache-2.0

extension CallPath {
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
