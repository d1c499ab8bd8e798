// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelTracer

/// `--stacks`.
enum StacksArgument: String, ExpressibleByArgument, CaseIterable {
  case auto, fp, none

  var mode: TracerSpec.Stacks {
    switch self {
    case .auto: .auto
    case .fp: .fp
    case .none: .none
    }
  }
}

/// When and how processes are traced: all that a recording has decided already.
struct TraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Stop by itself after 30s, 5m, 1h30m.", valueName: "time"),
    transform: DurationArgument.parse)
  var duration: DurationArgument?

  @Option(
    help: ArgumentHelp("Report anew this often (default: 2s).", valueName: "time"),
    transform: DurationArgument.parse)
  var interval: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "Compare the tables with the kernel's own this often, and mend them (default: 10s).",
      valueName: "time"),
    transform: DurationArgument.parse)
  var audit: DurationArgument?

  @Flag(help: "Never compare.")
  var noAudit = false

  @Option(
    help: ArgumentHelp(
      "How call paths are found: auto (default) unwinds a copy of the stack, fp follows frame pointers.",
      valueName: "mode"))
  var stacks: StacksArgument?

  @Option(
    help: ArgumentHelp(
      "Stack copied for unwinding, up to 28K (default: 4K, and more where stacks are deeper).",
      valueName: "size"),
    transform: SizeArgument.parse)
  var stackBytes: SizeArgument?

  func validate() throws {
    if let bytes = stackBytes?.bytes, bytes < 512 || bytes > UInt64(TracerSpec.mostStackBytes) {
      throw ValidationError("--stack-bytes takes 512 to 28K; deeper stacks are told as incomplete")
    }
    if stackBytes != nil, stacks ?? .auto != .auto {
      throw ValidationError("--stack-bytes is for --stacks auto; leave it out")
    }
    if noAudit, audit != nil {
      throw ValidationError("--audit and --no-audit contradict each other; give one of them")
    }
  }

  /// The first that was given.
  var given: String? {
    let all = [
      (duration != nil, "--duration"), (interval != nil, "--interval"), (audit != nil, "--audit"),
      (noAudit, "--no-audit"), (stacks != nil, "--stacks"), (stackBytes != nil, "--stack-bytes"),
    ]
    return all.first(where: \.0)?.1
  }
}
