// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer
import MappingEvents

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

struct ScopeOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Only this process's address space (repeatable).", valueName: "pid"))
  var pid: [UInt32] = []

  @Option(help: ArgumentHelp("Only processes of that name.", valueName: "name"))
  var comm: String?

  @Option(help: ArgumentHelp("Only that control group (version 2) and below.", valueName: "path"))
  var cgroup: String?

  func validate(command: [String]) throws {
    let given = [
      pid.isEmpty ? nil : "--pid", comm == nil ? nil : "--comm", cgroup == nil ? nil : "--cgroup",
      command.isEmpty ? nil : "a command",
    ].compactMap { $0 }
    if given.count > 1 {
      throw ValidationError(
        "\(given[0]) and \(given[1]) cannot be used together; give one of them")
    }
    if let comm, comm.isEmpty || comm.utf8.count > 15 {
      throw ValidationError(
        "--comm takes the kernel's name of a process, 1 to 15 bytes; see: ps -e -o comm")
    }
    if cgroup == "" {
      throw ValidationError("--cgroup takes the path of a control group; see: /proc/PID/cgroup")
    }
    if pid.contains(0) { throw ValidationError("--pid takes a process id, which is at least 1") }
  }
}

struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Stop by itself after 30s, 5m, 1h30m.", valueName: "time"))
  var duration: DurationArgument?

  @Option(help: ArgumentHelp("Report anew this often (default: 2s).", valueName: "time"))
  var interval: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "Leave smaller mappings out of what is shown: 64K, 1M.", valueName: "size"))
  var minSize: SizeArgument?

  @Flag(help: "One JSON object a line on standard output; short for --format ndjson.")
  var ndjson = false

  @Option(
    help: ArgumentHelp(
      "Which NDJSON types: all, or a list such as leak,summary.", valueName: "list"))
  var events: String?

  @Option(help: ArgumentHelp("\(OutputForm.names).", valueName: "name"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Write there instead of standard output; .ndjson, .folded, .svg, .pb.gz and .html tell the format.",
      valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Compare the tables with the kernel's own this often, and mend them (default: 10s).",
      valueName: "time"))
  var audit: DurationArgument?

  @Flag(help: "Never compare.")
  var noAudit = false

  @Option(
    help: ArgumentHelp(
      "How call paths are found: auto unwinds a copy of the stack, fp follows frame pointers, or none.",
      valueName: "mode"))
  var stacks = StacksArgument.auto

  @Option(
    help: ArgumentHelp(
      "Stack copied for unwinding, up to 28K (default: 4K, and more where stacks are deeper).",
      valueName: "size"))
  var stackBytes: SizeArgument?

  @Flag(help: "Exit with status 3 if any verdict is 'leaking'.")
  var failOnLeak = false

  @Flag(help: "Say what is done, with libbpf's own messages.")
  var verbose = false

  @Flag(help: "Nothing on standard error but failures.")
  var quiet = false

  /// `--format`, or `--ndjson`, or the ending of `--output`.
  var form: OutputForm {
    get throws {
      if ndjson {
        if let format, format != "ndjson" {
          throw ValidationError("--ndjson and --format \(format) contradict each other; give one")
        }
        return .ndjson
      }
      guard let format else { return output.flatMap { OutputForm(path: $0) } ?? .text }
      guard let form = OutputForm(rawValue: format) else {
        throw ValidationError("there is no format '\(format)'; use \(OutputForm.names)")
      }
      return form
    }
  }

  static let types = [
    "start", "process", "mmap", "munmap", "mremap", "mprotect", "brk", "shmat", "shmdt", "clone",
    "exec", "exit", "stack", "mapping", "snapshot", "mark", "leak", "growth", "lost", "audit",
    "summary",
  ]

  /// Nil for all.
  var eventTypes: Set<String>? {
    get throws {
      guard let events else { return nil }
      let names = events.split { $0 == "," || $0 == " " }.map(String.init)
      if names.isEmpty {
        throw ValidationError("--events takes all, or a list such as leak,summary")
      }
      for name in names where name != "all" && !Self.types.contains(name) {
        throw ValidationError(
          "--events knows no type '\(name)'; there are \(Self.types.joined(separator: ", "))")
      }
      return names.contains("all") ? nil : Set(names)
    }
  }

  func validate() throws {
    let form = try form
    if form != .ndjson, events != nil {
      throw ValidationError("--events chooses among NDJSON lines; add --ndjson")
    }
    if form == .pprof, output == nil, isatty(STDOUT_FILENO) == 1 {
      throw ValidationError(
        "--format pprof writes bytes that are not for a terminal; add --output profile.pb.gz")
    }
    _ = try eventTypes
    if let bytes = stackBytes?.bytes, bytes < 512 || bytes > UInt64(TracerSpec.mostStackBytes) {
      throw ValidationError("--stack-bytes takes 512 to 28K; deeper stacks are told as incomplete")
    }
    if stackBytes != nil, stacks != .auto {
      throw ValidationError("--stack-bytes is for --stacks auto; leave it out")
    }
    if noAudit, audit != nil {
      throw ValidationError("--audit and --no-audit contradict each other; give one of them")
    }
  }
}

extension TraceSettings {
  init(_ scope: ScopeOptions, _ command: [String], _ output: OutputOptions) throws {
    self.init(
      scope: scope, command: command, form: try output.form, events: try output.eventTypes,
      duration: output.duration?.nanoseconds,
      interval: output.interval?.nanoseconds ?? 2_000_000_000,
      leastBytes: output.minSize?.bytes ?? 0,
      auditEvery: output.noAudit ? nil : output.audit?.nanoseconds ?? 10_000_000_000,
      outputPath: output.output, stacks: output.stacks.mode,
      stackBytes: output.stackBytes.map { Int($0.bytes) } ?? TracerSpec.defaultStackBytes,
      failsOnLeak: output.failOnLeak, verbose: output.verbose, quiet: output.quiet)
  }
}

/// What one run is asked to do.
struct TraceSettings {
  var scope: ScopeOptions
  var command: [String]
  var form: OutputForm
  var events: Set<String>?
  var duration: UInt64?
  var interval: UInt64
  var leastBytes: UInt64
  /// Nanoseconds; nil for never.
  var auditEvery: UInt64?
  var outputPath: String?
  var stacks: TracerSpec.Stacks
  var stackBytes: Int
  var failsOnLeak: Bool
  var verbose: Bool
  var quiet: Bool
  /// Where the session is recorded to.
  var recordingPath: String?
  /// Of a recording of many: the one to look at.
  var focus: ProcessID?

  /// Each once, in the order they were given.
  var processes: [ProcessID] {
    scope.pid.reduce(into: []) { known, pid in
      if !known.contains(ProcessID(pid)) { known.append(ProcessID(pid)) }
    }
  }

  func wants(_ type: String) -> Bool { events?.contains(type) ?? true }
}
