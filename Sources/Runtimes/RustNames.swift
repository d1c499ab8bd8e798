// SPDX-License-Identifier: Apache-2.0

extension String {
  /// Whether this can be a function of Rust. Rust's demangled names have no parameter list, which C++
  /// names end in.
  var isRustPath: Bool {
    var depth = 0
    var before: Character = " "
    for character in self {
      switch character {
      case "<", "[", "{": depth += 1
      case ">" where before != "-", "]", "}": depth -= 1
      case "(" where depth == 0: return false
      default: break
      }
      before = character
    }
    return true
  }

  /// Whether this is `<X as T>::f` with a trait T of Rust's library, and the library's own function.
  ///
  /// Where X is a type of the program, the program wrote the function, unless only the library
  /// implements the trait (its names begin with `Spec`).
  var isRustLibraryImplementation: Bool {
    guard hasPrefix("<"), let (type, trait) = rustImplementation,
      Self.rustLibraries.contains(where: trait.hasPrefix)
    else { return false }
    let path = trait.prefix { $0 != "<" }
    if path.split(separator: ":").last?.hasPrefix("Spec") == true { return true }
    var bare = type.drop { "&*[(".contains($0) }
    for word in ["mut ", "const "] where bare.hasPrefix(word) { bare = bare.dropFirst(word.count) }
    bare = bare.drop { "&*[(".contains($0) }
    // Primitive types and type parameters have no path.
    return Self.rustLibraries.contains(where: bare.hasPrefix)
      || !bare.prefix { !"<,;])".contains($0) }.contains(":")
  }

  private static let rustLibraries = ["alloc::", "core::", "std::", "hashbrown::"]

  /// X and T of `<X as T>`.
  private var rustImplementation: (type: Substring, trait: Substring)? {
    var depth = 0
    var type: Substring?
    var start = index(after: startIndex)
    var before: Character = " "
    for index in indices {
      switch self[index] {
      case "<": depth += 1
      case ">" where before != "-":
        depth -= 1
        if depth == 0 { return type.map { ($0, self[start..<index]) } }
      case " " where depth == 1 && type == nil && self[index...].hasPrefix(" as "):
        type = self[start..<index]
        start = self.index(index, offsetBy: 4)
      default: break
      }
      before = self[index]
    }
    return nil
  }
}
