// SPDX-License-Identifier: Apache-2.0
import TextLayout

private let standIns: [Character: Character] = ["…": "~", "µ": "u", "▼": "v", "▲": "^"]

/// The text for a terminal without Unicode, equally wide. Graphs keep their shape.
func asciiOnly(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  let bars = Array("▁▂▃▄▅▆▇█")
  let stand = Array("_.,-=+*#")
  return text.reduce(into: "") { shown, character in
    if let ascii = character.asciiValue, ascii >= 0x20 {
      shown.append(character)
    } else if let level = bars.firstIndex(of: character) {
      shown.append(stand[level])
    } else if let plain = standIns[character] {
      shown.append(plain)
    } else {
      shown += String(repeating: "?", count: displayWidth(String(character)))
    }
  }
}
