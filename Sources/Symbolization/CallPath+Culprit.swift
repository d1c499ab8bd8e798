// SPDX-License-Identifier: Apache-2.0

extension CallPath {
  /// The innermost frame that is not plumbing: not of the C library, the loader, an allocator or a
  /// language's runtime.
  ///
  /// Nil when every frame is plumbing or unknown.
  public var culprit: StackFrame? { frames.first { !$0.isPlumbing } }

  /// The culprit's function, or its place in its module; nil when neither is known.
  public var origin: String? {
    guard let culprit else { return nil }
    if let function = culprit.function { return function }
    guard let module = culprit.module, let offset = culprit.offset else { return nil }
    let name = module.split(separator: "/").last.map(String.init) ?? module
    return "\(name)+0x\(String(offset, radix: 16))"
  }
}
