// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Which command a command line asks for.
///
/// The subcommand gets all other words, so shared options may stand before its name.
enum Subcommand: String, CaseIterable {
  case meminfo, doctor, record, replay

  var type: any ParsableCommand.Type {
    switch self {
    case .meminfo: MeminfoCommand.self
    case .doctor: DoctorCommand.self
    case .record: RecordCommand.self
    case .replay: ReplayCommand.self
    }
  }

  /// Options whose next word is not their value.
  private static let flags: Set = [
    "--ndjson", "--no-audit", "--fail-on-leak", "--verbose", "--quiet", "--explain", "--help", "-h",
    "--version",
  ]

  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    var rest = arguments
    let place = place(in: arguments)
    let subcommand = place.flatMap { Self(rawValue: rest.remove(at: $0)) }
    // A bare `--` does not mean the whole machine: in a script the words after it may be empty.
    if rest.firstIndex(of: "--") == rest.indices.last, subcommand == nil || subcommand == .record,
      !rest.isEmpty
    {
      throw ValidationError("there is no command after '--'; give one, or leave '--' out")
    }
    if subcommand == nil, let why = WrongUsage.unknownCommand(rest) { throw ValidationError(why) }
    if rest.first == "help" { rest = try help(rest) }
    return try (subcommand?.type ?? BPFLeak.self).parseAsRoot(rest)
  }

  /// Where its name is: the first word before `--` that is neither an option nor the value of one.
  private static func place(in arguments: [String]) -> Int? {
    var isValue = false
    for (index, word) in arguments.enumerated() {
      if word == "--" { return nil }
      if word.hasPrefix("-") {
        isValue = !word.contains("=") && !flags.contains(word)
      } else if isValue {
        isValue = false
      } else {
        return Self(rawValue: word) == nil ? nil : index
      }
    }
    return nil
  }

  /// `help NAME` as the options that ask for the same.
  private static func help(_ words: [String]) throws -> [String] {
    guard words.count > 1, !words[1].hasPrefix("-") else { return ["--help"] }
    guard words.count == 2, Self(rawValue: words[1]) != nil || words[1] == "help" else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no help on '\(words[1])'; there is on \(names)")
    }
    return words
  }
}
