// SPDX-License-Identifier: Apache-2.0
public import Meminfo

/// Everything that one run found, for a self-contained report. Finished and ordered.
public struct RunReport: Sendable {
  public var system: SystemReport
  /// Spaces with a table of their mappings, in the order of the system report.
  public var focuses: [FocusReport]
  public var profile: ProfileReport
  /// The machine's memory at the end; nil when it was not read.
  public var memory: MeminfoReport?
  public var measurement: Measurement

  public init(
    system: SystemReport, focuses: [FocusReport], profile: ProfileReport, memory: MeminfoReport?,
    measurement: Measurement
  ) {
    self.system = system
    self.focuses = focuses
    self.profile = profile
    self.memory = memory
    self.measurement = measurement
  }
}

/// How a report was measured: the machine, the hooks, the time.
public struct Measurement: Sendable {
  public var host: String
  public var kernel: String
  public var architecture: String
  /// When tracing began, in RFC 3339.
  public var beganWall: String
  /// When tracing began, in nanoseconds since 1970.
  public var beganUnixNanoseconds: Int64
  public var hooks: [(name: String, kind: String)]
  /// How call paths were captured, in words; nil when they were not.
  public var stacks: String?
  /// Nanoseconds between checks against the kernel's tables; nil for never.
  public var auditEvery: UInt64?

  public init(
    host: String, kernel: String, architecture: String, beganWall: String,
    beganUnixNanoseconds: Int64, hooks: [(name: String, kind: String)], stacks: String?,
    auditEvery: UInt64?
  ) {
    self.host = host
    self.kernel = kernel
    self.architecture = architecture
    self.beganWall = beganWall
    self.beganUnixNanoseconds = beganUnixNanoseconds
    self.hooks = hooks
    self.stacks = stacks
    self.auditEvery = auditEvery
  }
}
