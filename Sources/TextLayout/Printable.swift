// SPDX-License-Identifier: Apache-2.0

/// `text` without characters that a terminal would obey or cannot show.
///
/// Anybody can choose names of processes and files. Control characters become `\n`, `\t`, `\x1b`. Bidirectional
/// controls, separators, joiners and other characters that are invisible or have no agreed width become
/// `\u{202e}`. Invalid UTF-8 has become U+FFFD before and stays so. A backslash stays, so that ordinary paths can
/// be copied.
public func printable(_ text: String) -> String {
  if text.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7f }) { return text }
  var shown = String.UnicodeScalarView()
  // Too many marks on one character would be drawn over the lines around it. A mark at the start would be drawn
  // over the text before.
  let mostMarks = 4
  var marks = mostMarks
  for scalar in text.unicodeScalars {
    let isExcess = scalar.isMark && marks == mostMarks
    if isExcess || !scalar.isHarmless {
      shown.append(contentsOf: scalar.escape.unicodeScalars)
    } else {
      shown.append(scalar)
    }
    if !scalar.isMark { marks = 0 } else if !isExcess { marks += 1 }
  }
  return String(shown)
}

extension Unicode.Scalar {
  fileprivate var isHarmless: Bool {
    if properties.isDefaultIgnorableCodePoint { return false }
    return switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: false
    case .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  fileprivate var escape: String {
    switch self {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    let digits = String(value, radix: 16)
    if value > 0xff { return "\\u{\(digits)}" }
    return "\\x" + (digits.count < 2 ? "0" : "") + digits
  }
}
