// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// A C++, Rust or Swift symbol as its language writes it; any other as it is.
func demangled(_ symbol: String) -> String {
  // Versioned symbols are told apart by what follows the `@`.
  let name = symbol.prefix { $0 != "@" }
  guard name.utf8.first == UInt8(ascii: "_") || name.utf8.first == UInt8(ascii: "$") else {
    return String(name)
  }
  guard let text = bpfleak_demangle(String(name)) else { return String(name) }
  defer { free(text) }
  return String(cString: text)
}
