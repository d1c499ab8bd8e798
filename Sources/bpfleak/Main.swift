// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer

@main
enum Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == ChildCommand.trampoline { ChildCommand.become() }
    // A reader that went away is seen as a failed write, and ends the run quietly.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parse(arguments)
      try command.run()
    } catch {
      exit(report(error))
    }
  }

  /// A subcommand gets all that follows its name: the root would take the options that both have.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "meminfo": return try MeminfoCommand.parseAsRoot(rest)
    case "doctor": return try DoctorCommand.parseAsRoot(rest)
    case "record": return try RecordCommand.parseAsRoot(rest)
    case "replay": return try ReplayCommand.parseAsRoot(rest)
    default: return try BPFLeak.parseAsRoot(arguments)
    }
  }

  /// Says in one line what went wrong; answers the exit status.
  private static func report(_ error: any Error) -> Int32 {
    if let failure = error as? Failure {
      say(failure.sentence)
      return failure.status
    }
    let code = BPFLeak.exitCode(for: error)
    if error is ExitCode { return code.rawValue }
    if code.isSuccess {
      let text = BPFLeak.fullMessage(for: error)
      _ = MeminfoScreen.write(text.hasSuffix("\n") ? text : text + "\n")
      return 0
    }
    let message = BPFLeak.message(for: error).split(separator: "\n").joined(separator: " ")
    say(message + (message.contains("--help") ? "" : "; try: bpfleak --help"))
    return code.rawValue
  }

  static func say(_ sentence: String) {
    _ = MeminfoScreen.write("bpfleak: \(sentence)\n", to: STDERR_FILENO)
  }
}
