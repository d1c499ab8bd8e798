// SPDX-License-Identifier: Apache-2.0

/// `text` without anything a terminal would obey or could not show; the same text when there is
/// nothing of the kind.
///
/// Names of processes and files are anybody's choice. Control characters become `\n`, `\t`, `\x1b`;
/// bidirectional controls, separators, joiners and whatever else is invisible or has no agreed width
/// become `\u{202e}`. Bytes that were no UTF-8 arrive as U+FFFD and stay so. A backslash is left as
/// it is, so that ordinary paths can be copied.
public func printable(_ text: String) -> String {
  if text.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7f }) { return text }
  var shown = String.UnicodeScalarView()
  // More marks on one character than any script needs would be drawn over the lines around; a
  // first one would be drawn over what stands before the text.
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
