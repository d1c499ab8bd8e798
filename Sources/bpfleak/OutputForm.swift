// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What a run writes: `--format`.
enum OutputForm: String, CaseIterable, Sendable {
  case text, ndjson, folded, pprof, flamegraph, html

  /// Whether the output is written once, when the run ends.
  var isWrittenAtEnd: Bool {
    switch self {
    case .text, .ndjson: false
    case .folded, .pprof, .flamegraph, .html: true
    }
  }

  /// File name endings of this form.
  private var endings: [String] {
    switch self {
    case .text: [".txt", ".log"]
    case .ndjson: [".ndjson", ".jsonl"]
    case .folded: [".folded"]
    case .pprof: [".pb.gz", ".pprof"]
    case .flamegraph: [".svg"]
    case .html: [".html", ".htm"]
    }
  }

  /// The form that the ending of a path stands for, in upper or lower case; nil if it stands for none.
  init?(path: String) {
    let path = path.lowercased()
    guard let form = Self.allCases.first(where: { $0.endings.contains(where: path.hasSuffix) })
    else { return nil }
    self = form
  }

  /// The ending of a path, if it has one that stands for no form.
  static func unknownEnding(of path: String) -> String? {
    guard OutputForm(path: path) == nil else { return nil }
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    let ending = name[dot...]
    return ending.count > 1 ? String(ending) : nil
  }

  static var names: String {
    let names = allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }
}
