// SPDX-License-Identifier: Apache-2.0

/// The words of the command line as raw bytes, each with its NUL.
///
/// Paths and arguments need not be UTF-8, and a `String` would change such bytes.
enum RawArguments {
  /// The words after the first `--`.
  static var afterTerminator: [[CChar]] {
    let words = all
    guard let terminator = words.dropFirst().firstIndex(of: bytes("--")) else { return [] }
    return Array(words[(terminator + 1)...])
  }

  /// All words, with the program's own name.
  static var all: [[CChar]] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        var end = 0
        while word[end] != 0 { end += 1 }
        return Array(UnsafeBufferPointer(start: word, count: end + 1))
      }
    }
  }

  static func bytes(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }

  /// The word as text for a person.
  static func text(_ word: [CChar]) -> String {
    String(decoding: word.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
