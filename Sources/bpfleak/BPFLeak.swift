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
      Watches every mmap, munmap, mremap, brk and clone on the machine, or of some processes, and \
      keeps the table of what is mapped. Says which program takes memory and does not give it back, \
      and what it is: thread stacks that outlived their threads, for one.

      On a terminal it draws a live view: F1 there says what the keys do. Ctrl-C ends it with a last \
      report. A command that is given is left to go on when tracing ends before it does; how it ended \
      is told where it did not succeed. SIGUSR1 prints every live mapping. SIGUSR2 sets a mark: growth \
      counts from there on, so that one action can be bracketed.
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
