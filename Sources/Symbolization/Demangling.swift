// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// A C++, Rust or Swift symbol as its language writes it. Other symbols stay as they are.
func demangled(_ symbol: String) -> String {
  // The version of a symbol follows the `@`.
  let name = symbol.prefix { $0 != "@" }
  guard name.utf8.first == UInt8(ascii: "_") || name.utf8.first == UInt8(ascii: "$") else {
    return String(name)
  }
  guard let text = bpfleak_demangle(String(name)) else { return String(name) }
  defer { free(text) }
  return String(cString: text)
}
