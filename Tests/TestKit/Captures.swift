// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A text of Tests/Captures, which holds what real machines said. Empty when there is no such file.
package func capture(_ name: String) -> String {
  let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
  return contents(of: "/\(tests)/Captures/\(name)") ?? ""
}

/// The file as text, or nil when it cannot be opened.
package func contents(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return String(decoding: bytes, as: UTF8.self) }
    bytes += buffer[..<count]
  }
}
