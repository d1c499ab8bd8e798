// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer
import Renderers
import Sinks
import TextLayout

@main
enum Main {
  static func main() {
    occupyStandardDescriptors()
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == ChildCommand.trampoline { ChildCommand.become() }
    // A reader that went away shows as a failed write, which ends the run quietly.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Subcommand.parse(arguments)
      try command.run()
    } catch {
      exit(report(error, arguments))
    }
  }

  /// Opens standard descriptors that are closed. Otherwise a file could get such a number and receive what is
  /// meant for the screen. Standard output is opened so that writing still fails.
  private static func occupyStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_RDWR)
    }
  }

  /// Prints the failure in one line and returns the exit status.
  private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
    if let failure = error as? Failure {
      say(failure.sentence)
      return failure.status
    }
    let code = BPFLeak.exitCode(for: error)
    if error is ExitCode { return code.rawValue }
    if code.isSuccess {
      let text = BPFLeak.fullMessage(for: error)
      emit(text.hasSuffix("\n") ? text : text + "\n")
      return 0
    }
    say(WrongUsage.sentence(BPFLeak.message(for: error), of: arguments))
    return code.rawValue
  }

  /// Prints one line on standard error. Names in it cannot add lines or escapes.
  static func say(_ sentence: String) {
    _ = MeminfoScreen.write("bpfleak: \(printable(sentence))\n", to: STDERR_FILENO)
  }

  /// Writes to standard output. If that fails the program ends, quietly when the reader is gone (`| head`).
  static func emit(_ text: String) {
    if MeminfoScreen.write(text) { return }
    let code = errno
    if code == EPIPE { exit(0) }
    let failure = Failure.cannotWrite(path: Output.standard, code: code)
    say(failure.sentence)
    exit(failure.status)
  }
}
