// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelTracer
import MappingEvents
import Pipeline

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Show the reports of a recording; needs no privilege and no BPF.",
    usage: """
      bpfleak replay FILE [options]
      bpfleak replay FILE --output leak.html
      """,
    discussion: """
      Prints the last report of a recorded run, or every line of it with --ndjson. From a damaged \
      file it shows what can be read, and says what is missing.
      """,
    version: Version.current)

  @Argument(
    help: ArgumentHelp("A file that bpfleak record wrote.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("Report on this process only.", valueName: "pid"),
    transform: ProcessArgument.parse)
  var pid: UInt32?

  @OptionGroup(title: "What to show")
  var output: OutputOptions

  /// Accepted only to be refused with a reason.
  @OptionGroup(visibility: .hidden)
  var trace: TraceOptions

  func validate() throws {
    if let name = trace.given {
      throw ValidationError(
        "\(name) is for bpfleak record: a replay shows what was recorded")
    }
    if pid != nil, try output.report.form(output: output.output) == .ndjson {
      throw ValidationError(
        "--pid is for reports; choose lines with: jq -c 'select(.pid == \(pid ?? 0))'")
    }
  }

  func run() throws {
    let recording = try RecordedFile(file)
    let facts = try recording.start()
    if let notice = output.notice { Main.say(notice) }
    var settings = try TraceSettings(
      ScopeOptions(recorded: facts.scope), [], trace, output.report, output: output.output)
    if case .command(let words, _) = facts.scope { settings.command = words }
    settings.stacks = TracerSpec.Stacks(rawValue: facts.stacks) ?? .none
    settings.stackBytes = Int(clamping: facts.stackBytes)
    settings.auditEvery = facts.auditEvery
    if let pid {
      settings.focus = ProcessID(pid)
      settings.scope.pid = [pid]
    }
    let status = try ReplayRun(recording: recording, facts: facts, settings: settings).run()
    if status != 0 { throw ExitCode(status) }
  }
}
