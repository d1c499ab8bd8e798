// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer

/// The command line: contract/cli.md.
struct BPFLeak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bpfleak",
    abstract: "Finds memory that is mapped and never given back.",
    usage: """
      sudo bpfleak [options]
      sudo bpfleak --pid 31108
      sudo bpfleak --duration 30s --ndjson | jq -c 'select(.type == "leak")'
      sudo bpfleak -- ./server --port 80
      bpfleak meminfo
      bpfleak doctor
      sudo bpfleak record --output FILE --duration 10m
      bpfleak replay FILE
      """,
    discussion: """
      Watches every mmap, munmap, mremap, brk and clone, on the whole machine or of some processes. \
      Keeps the table of what is mapped, and says which program takes memory without giving it back \
      and what that memory is: thread stacks that outlived their threads, for example.

      On a terminal bpfleak draws a live view (F1 lists the keys). Ctrl-C ends it with a last report. \
      A command that still runs then goes on by itself; one that ended badly is mentioned. SIGUSR1 \
      prints every live mapping. SIGUSR2 sets a mark from which growth counts: set one before the \
      action that you suspect.
      """,
    version: Version.current,
    subcommands: [
      MeminfoCommand.self, DoctorCommand.self, RecordCommand.self, ReplayCommand.self,
    ])

  @OptionGroup(title: "What to trace")
  var scope: ScopeOptions

  @OptionGroup(title: "When and how to trace")
  var trace: TraceOptions

  @OptionGroup(title: "What to show")
  var output: OutputOptions

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp(
      "Start this command and trace it, and what it starts, from its first mapping.",
      valueName: "command"))
  var command: [String] = []

  func validate() throws {
    try scope.validate(command: command)
  }

  func run() throws {
    if let notice = output.notice { Main.say(notice) }
    let status = try TraceRun(
      settings: TraceSettings(scope, command, trace, output.report, output: output.output)
    ).run()
    if status != 0 { throw ExitCode(status) }
  }
}

enum Version {
  static let current = "0.1.0"
}
