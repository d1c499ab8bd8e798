// SPDX-License-Identifier: Apache-2.0

/// The plumbing rows of some profiles, arranged for looking up frames.
public struct Plumbing: Sendable {
  /// Of all profiles.
  public static let known = Plumbing(of: RuntimeProfile.all)

  private var libraries: Set<String> = []
  private var libraryPrefixes: [String] = []
  private var functions: Set<String> = []
  private var functionsInFiles: [(word: String, names: Set<String>)] = []
  private var prefixes: [String] = []
  private var languages: [(language: SourceLanguage, prefixes: [String])] = []

  public init(of profiles: [RuntimeProfile]) {
    for row in profiles.flatMap(\.plumbing) {
      switch row.match {
      case .library: libraries.formUnion(row.names)
      case .libraryPrefix: libraryPrefixes += row.names
      case .function: functions.formUnion(row.names)
      case .functionInFile(let word): functionsInFiles.append((word, Set(row.names)))
      case .prefix: prefixes += row.names
      case .prefixIn(let language): languages.append((language, row.names))
      }
    }
  }

  /// Whether a frame with this function (demangled) in this module (its path) is plumbing. `file` is
  /// the source file of the function. Each is nil when it is unknown.
  ///
  /// A frame of which nothing is known is plumbing: nobody could be blamed for it.
  public func includes(function: String?, module: String?, file: String?) -> Bool {
    guard let module else { return function == nil }
    if includes(library: module) { return true }
    guard let function else { return false }
    let name = function.plainName
    if functions.contains(name) { return true }
    if functionsInFiles.contains(where: { $0.names.contains(name) && module.contains($0.word) }) {
      return true
    }
    let scope = function.scope
    if prefixes.contains(where: { function.hasPrefix($0) || scope.hasPrefix($0) }) { return true }
    return languages.contains { language, prefixes in
      file.map { file in language.fileEndings.contains(where: file.hasSuffix) } ?? true
        && language.canWrite(function)
        && (prefixes.contains(where: function.hasPrefix) || language.isStandard(function))
    }
  }

  private func includes(library path: String) -> Bool {
    let file = path.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      path[path.utf8.index(after: $0)...]
    }
    let whole = file ?? path[...]
    let name = whole.prefix { $0 != "." }
    let dash = name.lastIndex(of: "-")
    let isVersion = dash.map { name[name.index(after: $0)...].first?.isNumber == true } ?? false
    let bare = isVersion ? name[..<(dash ?? name.endIndex)] : name
    return libraries.contains(String(bare)) || libraryPrefixes.contains(where: whole.hasPrefix)
  }
}

extension String {
  /// A demangled name without its parameters and without what compilers append after a dot.
  fileprivate var plainName: String { String(prefix { $0 != "(" && $0 != "." }) }

  /// The name after the result type, which demangled function templates begin with.
  fileprivate var scope: Substring {
    let head = prefix { $0 != "(" && $0 != "<" }
    return head.lastIndex(of: " ").map { self[index(after: $0)...] } ?? self[...]
  }
}
