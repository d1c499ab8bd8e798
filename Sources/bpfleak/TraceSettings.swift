// SPDX-License-Identifier: Apache-2.0
import Drivers
import Glibc
import KernelTracer
import MappingEvents
import Pipeline
import Reporting

/// What one run is asked to do.
struct TraceSettings {
  var scope: ScopeOptions
  var command: [String]
  var form: OutputForm
  var lineTypes: Set<LineType>
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
  /// The file to record to; nil for none.
  var recordingPath: String?
  /// The one process of a recording to report on; nil for all.
  var focus: ProcessID?

  /// The processes to trace, each once, in the order given.
  var processes: [ProcessID] {
    scope.pid.reduce(into: []) { known, pid in
      if !known.contains(ProcessID(pid)) { known.append(ProcessID(pid)) }
    }
  }

  var pipelineOptions: Pipeline.Options {
    Pipeline.Options(
      leastBytes: leastBytes, focus: focus, resolvesCallPaths: stacks != .none,
      leastFingerprints: environment("BPFLEAK_KEPT_STACKS") ?? 4096)
  }

  var schedule: LiveDriver.Schedule {
    LiveDriver.Schedule(duration: duration, reportEvery: interval, auditEvery: auditEvery)
  }

  /// Whether a command that is started may write to standard output.
  var leavesOutputToCommand: Bool {
    form == .text || form.isWrittenAtEnd && outputPath != nil
  }
}

/// A number that a test sets; nil where none is.
private func environment(_ name: String) -> Int? {
  getenv(name).flatMap { Int(String(cString: $0)) }
}

extension TracerSpec {
  init(_ settings: TraceSettings, _ scope: Scope) {
    self.init(
      scope: scope, ringBytes: environment("BPFLEAK_RING_BYTES") ?? 8 << 20,
      verbose: settings.verbose, listsText: getenv("BPFLEAK_LISTING") != nil,
      stacks: settings.stacks, stackBytes: settings.stackBytes)
  }
}

extension TracerSpec.Scope {
  /// `command` is the process that waits to become the command.
  init(_ settings: TraceSettings, command: ProcessID?) throws(Failure) {
    if let command {
      self = .processes([command], follow: true)
    } else if !settings.processes.isEmpty {
      self = .processes(settings.processes, follow: false)
    } else if let name = settings.scope.comm {
      self = .name(name)
    } else if let path = settings.scope.cgroup {
      self = .cgroup(path: try controlGroupDirectory(path))
    } else {
      self = .system
    }
  }
}

extension TraceSettings {
  init(
    _ scope: ScopeOptions, _ command: [String], _ trace: TraceOptions, _ report: ReportOptions,
    output: String?
  ) throws {
    self.init(
      scope: scope, command: command, form: try report.form(output: output),
      lineTypes: try report.lineTypes, duration: trace.duration?.nanoseconds,
      interval: trace.interval?.nanoseconds ?? 2_000_000_000,
      leastBytes: report.minSize?.bytes ?? 0,
      auditEvery: trace.noAudit ? nil : trace.audit?.nanoseconds ?? 10_000_000_000,
      outputPath: output, stacks: (trace.stacks ?? .auto).mode,
      stackBytes: trace.stackBytes.map { Int($0.bytes) } ?? TracerSpec.defaultStackBytes,
      failsOnLeak: report.failOnLeak, verbose: report.verbose, quiet: report.quiet)
  }
}
