// SPDX-License-Identifier: Apache-2.0

/// `text` with spaces before it, `width` cells wide: for numbers. Wider text stays whole.
public func padLeft(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - displayWidth(text))) + text
}

/// `text` with spaces behind it, `width` cells wide: for names. Wider text stays whole.
public func padRight(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}

/// `text` cut to at most `width` cells; a cut shows as a final `…`.
public func truncate(_ text: String, to width: Int) -> String {
  if displayWidth(text) <= width { return text }
  return width <= 0 ? "" : start(of: text, upTo: width - 1) + "…"
}

/// `text` cut to at most `width` cells from its front, where a path says least; a cut shows as a
/// first `…`.
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
/// A word longer than a line gets one of its own, whole: a path or a command that is cut cannot be
/// copied.
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

/// `text` wrapped behind `first`, its further lines indented to where it began.
package func hanging(_ text: String, after first: String, columns: Int) -> [String] {
  let indent = displayWidth(first)
  let rest = String(repeating: " ", count: indent)
  return wrap(text, to: columns - indent).enumerated().map { ($0 == 0 ? first : rest) + $1 }
}

/// `phrases` with commas between them, as `hanging`; no line is broken within a phrase.
package func hanging(phrases: [String], after first: String = "", columns: Int) -> [String] {
  func replaced(_ space: Character, by other: Character, in text: String) -> String {
    String(text.map { $0 == space ? other : $0 })
  }
  let unbroken = phrases.map { replaced(" ", by: "\u{a0}", in: $0) }
  return hanging(unbroken.joined(separator: ", "), after: first, columns: columns)
    .map { replaced("\u{a0}", by: " ", in: $0) }
}
