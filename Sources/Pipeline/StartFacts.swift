// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What is known once tracing has begun and holds for the whole run.
public struct StartFacts: Sendable, Equatable {
  /// What was asked to be traced.
  public enum Scope: Sendable, Equatable {
    case system
    case processes([ProcessID])
    case command([String], ProcessID)
    case name(String)
    case cgroup(path: String)
  }

  /// One hook that was attached, as the NDJSON contract tells it.
  public struct Hook: Sendable, Equatable {
    public var name: String
    public var kind: String

    public init(name: String, kind: String) {
      self.name = name
      self.kind = kind
    }
  }

  /// The layout of the records.
  public var wireVersion: UInt16
  /// The version of the bpfleak that traced.
  public var version: String
  public var began: KernelInstant
  /// RFC 3339, when tracing began.
  public var wall: String
  /// The same in nanoseconds since 1970.
  public var wallNanoseconds: Int64
  public var host: String
  public var kernel: String
  public var architecture: String
  public var ownProcess: ProcessID
  public var scope: Scope
  public var hooks: [Hook]
  public var pageBytes: UInt64
  public var hugePageBytes: UInt64
  /// Whether the kernel reports the end of an address space (from 6.1 on).
  public var reportsSpaceEnd: Bool
  /// The `dev_t`s of memory that is shared by way of a file: memfd, /dev/shm.
  public var sharedMemoryDevices: [UInt32]
  /// How call paths are found, in the words of `--stacks`.
  public var stacks: String
  public var stackBytes: UInt64
  /// Nanoseconds between audits; nil for never.
  public var auditEvery: UInt64?

  public init(
    wireVersion: UInt16, version: String, began: KernelInstant, wall: String,
    wallNanoseconds: Int64, host: String, kernel: String, architecture: String,
    ownProcess: ProcessID, scope: Scope, hooks: [Hook], pageBytes: UInt64, hugePageBytes: UInt64,
    reportsSpaceEnd: Bool, sharedMemoryDevices: [UInt32], stacks: String, stackBytes: UInt64,
    auditEvery: UInt64?
  ) {
    self.wallNanoseconds = wallNanoseconds
    self.host = host
    self.sharedMemoryDevices = sharedMemoryDevices
    self.stacks = stacks
    self.stackBytes = stackBytes
    self.auditEvery = auditEvery
    self.wireVersion = wireVersion
    self.version = version
    self.began = began
    self.wall = wall
    self.kernel = kernel
    self.architecture = architecture
    self.ownProcess = ownProcess
    self.scope = scope
    self.hooks = hooks
    self.pageBytes = pageBytes
    self.hugePageBytes = hugePageBytes
    self.reportsSpaceEnd = reportsSpaceEnd
  }
}

extension StartFacts.Scope {
  /// For the head of a report.
  public var name: String {
    switch self {
    case .system: "system"
    case .processes(let processes):
      "pid " + processes.map { String($0.raw) }.joined(separator: ", ")
    case .command(let words, _): words.joined(separator: " ")
    case .name(let name): "comm \(name)"
    case .cgroup(let path): "cgroup \(path)"
    }
  }

  /// The processes that were asked for; nil where a name, a cgroup or nothing was.
  public var processes: [ProcessID]? {
    switch self {
    case .processes(let processes): processes
    case .command(_, let process): [process]
    case .system, .name, .cgroup: nil
    }
  }

  /// Whether there is nothing to wait for once the processes are gone.
  public var isBoundToProcesses: Bool { processes != nil }

  /// The process that the command line had started.
  public var command: ProcessID? {
    if case .command(_, let process) = self { return process }
    return nil
  }
}
