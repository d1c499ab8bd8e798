// SPDX-License-Identifier: Apache-2.0

/// The width of `text` in terminal cells: 0 for combining marks, 2 for wide characters.
///
/// It follows wcwidth(3), as terminals do. The text must be `printable`.
public func displayWidth(_ text: some StringProtocol) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
  return text.unicodeScalars.reduce(0) { $0 + $1.displayWidth }
}

extension Unicode.Scalar {
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    if isMark || isJoiningJamo { return 0 }
    return isWide ? 2 : 1
  }

  /// Whether it is drawn over the character before it.
  var isMark: Bool {
    guard value >= 0x300 else { return false }
    return switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Vowels and finals of Hangul, drawn into the cells of the initial before them.
  private var isJoiningJamo: Bool {
    (0x1160...0x11ff).contains(value) || (0xd7b0...0xd7ff).contains(value)
  }

  /// East Asian wide and fullwidth characters. Outside of these blocks only emoji are wide.
  private var isWide: Bool {
    switch value {
    case ..<0x1100: false
    case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0xa4cf: true
    case 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f: true
    case 0xff01...0xff60, 0xffe0...0xffe6: true
    case 0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x1f200...0x1f265, 0x20000...0x3fffd: true
    // Regional indicators: one cell each, two for a flag.
    case 0x1f1e6...0x1f1ff: false
    default: properties.isEmojiPresentation
    }
  }
}
