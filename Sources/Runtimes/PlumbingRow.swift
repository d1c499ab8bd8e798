// SPDX-License-Identifier: Apache-2.0

/// Names of code that programs map memory through. Such code is never the culprit: its caller is.
///
/// Names are matched no wider than necessary. To skip a function of the program hides the culprit; to
/// blame a function of an allocator does little harm, because its caller stands next to it.
public struct PlumbingRow: Sendable {
  public enum Match: Sendable {
    /// The file name of a shared library up to its first dot, without a version: `libc` stands for
    /// `libc.so.6` and `libc-2.31.so`, not for `libc-client.so`.
    case library
    /// The beginning of a file name of a shared library.
    case libraryPrefix
    /// A whole function name, without parameters and without suffixes such as `.isra.0`.
    case function
    /// The same, in files that have this word in their path: other programs use such a name as well.
    case functionInFile(String)
    /// The beginning of a function name, or of the name after the result type that demangled function
    /// templates have.
    case prefix
    /// The beginning of a function name, where the function can be of this language.
    case prefixIn(SourceLanguage)
  }

  public var match: Match
  public var names: [String]
  public var reason: String

  public init(_ match: Match, _ names: [String], because reason: String) {
    self.match = match
    self.names = names
    self.reason = reason
  }
}

/// How to tell functions of one programming language from those of others, which may have the same
/// name.
public struct SourceLanguage: Sendable {
  public var name: String
  /// How source file names end. A function of a known file with another ending is of another language.
  public var fileEndings: [String]
  /// Whether a function of the language can have this name.
  public var canWrite: @Sendable (String) -> Bool
  /// Whether this name belongs to the standard library by more than how it begins.
  public var isStandard: @Sendable (String) -> Bool

  public init(
    name: String, fileEndings: [String],
    canWrite: @escaping @Sendable (String) -> Bool,
    isStandard: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.name = name
    self.fileEndings = fileEndings
    self.canWrite = canWrite
    self.isStandard = isStandard
  }
}
