// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelTracer
import MappingEvents

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "The same reports from a recording; needs no privilege and no BPF.",
    discussion: """
      Prints the last report of a run that bpfleak record kept, or with --ndjson every line of it. \
      Of a damaged file it tells what can be read, and says what is missing.
      """,
    version: Version.current)

  @Argument(help: ArgumentHelp("What bpfleak record wrote.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Report on this process of many.", valueName: "pid"))
  var pid: UInt32?

  @OptionGroup(title: "What to show")
  var output: OutputOptions

  func validate() throws {
    try output.validate()
    let live = [
      (output.duration != nil, "--duration"), (output.interval != nil, "--interval"),
      (output.audit != nil, "--audit"), (output.noAudit, "--no-audit"),
    ]
    if let (_, name) = live.first(where: \.0) {
      throw ValidationError(
        "\(name) is for bpfleak record: what was recorded is replayed as it was")
    }
    if pid != nil, try output.form == .ndjson {
      throw ValidationError(
        "--pid is for reports; choose lines with: jq -c 'select(.pid == \(pid ?? 0))'")
    }
  }

  func run() throws {
    let recording = try RecordedFile(file)
    let facts = try recording.start()
    var settings = try TraceSettings(ScopeOptions(recorded: facts.scope), [], output)
    if case .command(let words, _) = facts.scope { settings.command = words }
    settings.stacks = TracerSpec.Stacks(rawValue: facts.stacks) ?? .none
    settings.stackBytes = Int(clamping: facts.stackBytes)
    settings.auditEvery = facts.auditEvery
    if let pid {
      settings.focus = ProcessID(pid)
      settings.scope.pid = [pid]
    }
    let status = try TraceSession.replay(recording, facts, settings)
    if status != 0 { throw ExitCode(status) }
  }
}
