// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record a run, to look at it later or elsewhere.",
    usage: """
      sudo bpfleak record --output FILE [options]
      sudo bpfleak record --output FILE -- ./server --port 80
      """,
    discussion: """
      Traces as bpfleak does, writes what it sees to the file that --output names, and prints a \
      last report. Ctrl-C ends it. bpfleak replay FILE then shows every report and format of that \
      run, on any machine and without privilege. The file holds names, paths and addresses of the \
      traced processes, and none of the contents of their memory.
      """,
    version: Version.current)

  @OptionGroup(title: "What to trace")
  var scope: ScopeOptions

  @Option(
    help: ArgumentHelp(
      "The file to record to; bpfleak replay reads it. Required.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup(title: "When and how to trace")
  var trace: TraceOptions

  @OptionGroup(title: "What to show on standard output")
  var report: ReportOptions

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp(
      "Start this command and trace it, and what it starts, from its first mapping.",
      valueName: "command"))
  var command: [String] = []

  func validate() throws {
    try scope.validate(command: command)
    // The file is the recording; what is shown goes to standard output.
    try report.validate(output: nil)
    if output == nil {
      throw ValidationError("record needs a file to write: give --output FILE")
    }
  }

  func run() throws {
    var settings = try TraceSettings(scope, command, trace, report, output: nil)
    settings.recordingPath = output
    let status = try TraceRun(settings: settings).run()
    if status != 0 { throw ExitCode(status) }
  }
}
