// SPDX-License-Identifier: Apache-2.0
import KernelTracer
import MappingEvents

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

extension TraceSettings {
  init(
    _ scope: ScopeOptions, _ command: [String], _ trace: TraceOptions, _ report: ReportOptions,
    output: String?
  ) throws {
    self.init(
      scope: scope, command: command, form: try report.form(output: output),
      events: try report.eventTypes, duration: trace.duration?.nanoseconds,
      interval: trace.interval?.nanoseconds ?? 2_000_000_000,
      leastBytes: report.minSize?.bytes ?? 0,
      auditEvery: trace.noAudit ? nil : trace.audit?.nanoseconds ?? 10_000_000_000,
      outputPath: output, stacks: (trace.stacks ?? .auto).mode,
      stackBytes: trace.stackBytes.map { Int($0.bytes) } ?? TracerSpec.defaultStackBytes,
      failsOnLeak: report.failOnLeak, verbose: report.verbose, quiet: report.quiet)
  }
}
