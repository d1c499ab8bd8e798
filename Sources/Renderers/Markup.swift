// SPDX-License-Identifier: Apache-2.0
import TextLayout

/// `text` for the content or a quoted attribute of HTML and SVG. Markup is escaped, and control characters are
/// made visible as on a terminal.
func escaped(_ text: String) -> String {
  let text = printable(text)
  if !text.utf8.contains(where: { $0 < 0x40 && "<>&\"'".utf8.contains($0) }) { return text }
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "<"): bytes += "&lt;".utf8
    case UInt8(ascii: ">"): bytes += "&gt;".utf8
    case UInt8(ascii: "&"): bytes += "&amp;".utf8
    case UInt8(ascii: "\""): bytes += "&quot;".utf8
    case UInt8(ascii: "'"): bytes += "&#39;".utf8
    default: bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A share in percent for CSS and SVG, with at most four decimals: `12.34`.
func percent(_ part: UInt64, of whole: UInt64) -> String {
  guard whole > 0 else { return "0" }
  let scaled = (min(1, Double(part) / Double(whole)) * 1_000_000).rounded()
  return decimal(UInt64(scaled), decimals: 4)
}

/// `value` divided by a power of ten, without trailing zeros.
func decimal(_ value: UInt64, decimals: Int) -> String {
  var scale: UInt64 = 1
  for _ in 0..<decimals { scale *= 10 }
  var rest = String(value % scale)
  while rest.utf8.count < decimals { rest = "0" + rest }
  while rest.hasSuffix("0") { rest.removeLast() }
  return String(value / scale) + (rest.isEmpty ? "" : "." + rest)
}
