// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The message for a command line that cannot be understood.
enum WrongUsage {
  static let commands = BPFLeak.configuration.subcommands.compactMap {
    $0.configuration.commandName
  }

  /// One line that ends with what to try next.
  static func sentence(_ message: String, of arguments: [String]) -> String {
    var line = message.split(separator: "\n").joined(separator: " ")
    // Our sentences say what to do, and so does the parser when it has a guess.
    if line.contains("; ") || line.contains("Did you mean") { return line }
    let command = arguments.first.flatMap { commands.contains($0) ? " " + $0 : nil } ?? ""
    if line.hasSuffix(".") { line.removeLast() }
    return line + "; try: bpfleak\(command) --help"
  }

  /// Why the first word is no command, with a guess; nil if it is a command or an option.
  static func unknownCommand(_ arguments: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-"), word != "help",
      !commands.contains(word)
    else { return nil }
    if let id = try? ProcessArgument.parse(word) {
      return "there is no command '\(word)'; to trace that process: sudo bpfleak --pid \(id)"
    }
    if let near = nearest(to: word) {
      return "there is no command '\(word)'; did you mean: bpfleak \(near)"
    }
    return "there is no command '\(word)'; to start a program and trace it: sudo bpfleak -- "
      + arguments.joined(separator: " ")
  }

  private static func nearest(to word: String) -> String? {
    if word.count >= 3, let whole = commands.first(where: { $0.hasPrefix(word) }) { return whole }
    let distances = commands.map { ($0, distance(Array($0), Array(word))) }
    guard let (name, least) = distances.min(by: { $0.1 < $1.1 }), least <= 2 else { return nil }
    return name
  }

  /// The edit distance: letters to insert, delete or change to turn one word into the other.
  private static func distance(_ from: [Character], _ to: [Character]) -> Int {
    var above = Array(0...to.count)
    for (row, letter) in from.enumerated() {
      var current = [row + 1]
      for (column, other) in to.enumerated() {
        current.append(
          min(above[column] + (letter == other ? 0 : 1), above[column + 1] + 1, current[column] + 1)
        )
      }
      above = current
    }
    return above[to.count]
  }
}
