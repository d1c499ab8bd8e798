// SPDX-License-Identifier: Apache-2.0
package import Symbolization

/// How a frame is named to a person.
extension StackFrame {
  /// `spawn_worker`; else where in which module, `[libfoo.so.1+0x1234]`; else `[unknown]`.
  package var label: String {
    if let function, !function.isEmpty { return function }
    guard let module, !module.isEmpty else { return "[unknown]" }
    return "[\(Self.fileName(module))" + (offset.map { "+" + hex($0) } ?? "") + "]"
  }

  /// `src/worker.c:6`; empty when the file is unknown.
  package var place: String {
    guard let file, !file.isEmpty else { return "" }
    return file + (line.map { ":\($0)" } ?? "")
  }

  /// File and line; else the module, or why neither is known.
  package var placeOrModule: String {
    place.isEmpty ? module ?? unresolved?.rawValue ?? "" : place
  }

  /// The frame within a sentence: `load_table (table.c:12)`, `code in server`. Nil when nothing is known.
  var phrase: String? {
    let place = file.map { Self.fileName($0) + (line.map { ":\($0)" } ?? "") }
    if let function { return function + (place.map { " (\($0))" } ?? "") }
    return place ?? module.map { "code in \(Self.fileName($0))" }
  }

  /// The last component of a path. A path that ends with `/` stays whole.
  package static func fileName(_ path: String) -> String {
    path.hasSuffix("/") ? path : path.split(separator: "/").last.map(String.init) ?? path
  }
}
