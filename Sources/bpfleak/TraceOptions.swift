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

/// When and how to trace. A recording has decided all of this already.
struct TraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Stop after 30s, 5m, 1h30m.", valueName: "time"),
    transform: DurationArgument.parse)
  var duration: DurationArgument?

  @Option(
    help: ArgumentHelp("How often to report (default: 2s).", valueName: "time"),
    transform: DurationArgument.parse)
  var interval: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "How often to check against the kernel and correct errors (default: 10s).",
      valueName: "time"),
    transform: DurationArgument.parse)
  var audit: DurationArgument?

  @Flag(help: "Never check against the kernel.")
  var noAudit = false

  @Option(
    help: ArgumentHelp(
      "How to find call paths: auto (default) unwinds a copy of the stack, fp follows frame pointers.",
      valueName: "mode"))
  var stacks: StacksArgument?

  @Option(
    help: ArgumentHelp(
      "How much stack to copy for unwinding, up to 28K (default: 4K, more for deeper stacks).",
      valueName: "size"),
    transform: SizeArgument.parse)
  var stackBytes: SizeArgument?

  func validate() throws {
    if let bytes = stackBytes?.bytes, bytes < 512 || bytes > UInt64(TracerSpec.mostStackBytes) {
      throw ValidationError(
        "--stack-bytes takes 512 to 28K; deeper call paths are shown as incomplete")
    }
    if stackBytes != nil, stacks ?? .auto != .auto {
      throw ValidationError("--stack-bytes is for --stacks auto; leave it out")
    }
    if noAudit, audit != nil {
      throw ValidationError("--audit and --no-audit contradict each other; give one of them")
    }
  }

  /// The name of the first option that was given.
  var given: String? {
    let all = [
      (duration != nil, "--duration"), (interval != nil, "--interval"), (audit != nil, "--audit"),
      (noAudit, "--no-audit"), (stacks != nil, "--stacks"), (stackBytes != nil, "--stack-bytes"),
    ]
    return all.first(where: \.0)?.1
  }
}
