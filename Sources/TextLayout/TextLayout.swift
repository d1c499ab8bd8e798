// SPDX-License-Identifier: Apache-2.0

/// `text` right-aligned in `width` cells. Wider text stays whole.
public func padLeft(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - displayWidth(text))) + text
}

/// `text` left-aligned in `width` cells. Wider text stays whole.
public func padRight(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}

/// `text` cut to at most `width` cells. A final `…` shows the cut.
public func truncate(_ text: String, to width: Int) -> String {
  if displayWidth(text) <= width { return text }
  return width <= 0 ? "" : start(of: text, upTo: width - 1) + "…"
}

/// `text` cut to at most `width` cells at its front, as for paths. A leading `…` shows the cut.
public func truncateFront(_ text: String, to width: Int) -> String {
  if displayWidth(text) <= width { return text }
  if width <= 0 { return "" }
  return "…" + String(start(of: String(text.reversed()), upTo: width - 1).reversed())
}

private func start(of text: String, upTo width: Int) -> String {
  var kept = ""
  var room = width
  for character in text {
    room -= displayWidth(String(character))
    if room < 0 { break }
    kept.append(character)
  }
  return kept
}

/// `text` in lines of at most `width` cells, broken at spaces.
///
/// A word longer than a line gets its own line and stays whole, so that paths and commands can be copied.
public func wrap(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  var used = 0
  for word in text.split(separator: " ") {
    let wordWidth = displayWidth(word)
    if !line.isEmpty, used + 1 + wordWidth > width {
      lines.append(line)
      (line, used) = ("", 0)
    }
    used += wordWidth + (line.isEmpty ? 0 : 1)
    line += (line.isEmpty ? "" : " ") + word
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}

/// `text` wrapped after `first`. Further lines are indented to the same column.
package func hanging(_ text: String, after first: String, columns: Int) -> [String] {
  let indent = displayWidth(first)
  let rest = String(repeating: " ", count: indent)
  return wrap(text, to: columns - indent).enumerated().map { ($0 == 0 ? first : rest) + $1 }
}

/// `phrases` joined by commas and wrapped after `first`. No line breaks within a phrase.
package func hanging(phrases: [String], after first: String = "", columns: Int) -> [String] {
  func replaced(_ space: Character, by other: Character, in text: String) -> String {
    String(text.map { $0 == space ? other : $0 })
  }
  let unbroken = phrases.map { replaced(" ", by: "\u{a0}", in: $0) }
  return hanging(unbroken.joined(separator: ", "), after: first, columns: columns)
    .map { replaced("\u{a0}", by: " ", in: $0) }
}
