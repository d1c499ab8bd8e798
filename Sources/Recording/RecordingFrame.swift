// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Symbolization

/// What a run took in besides records. Frames and records are in the order in which they were taken in,
/// and each time is when that happened.
public enum RecordingFrame: Sendable {
  case start(StartFacts)
  /// The records up to the next `joined` were written while the kernel made its lists.
  case window
  /// Lists of the kernel were merged into the tables.
  case joined(JoinedLists)
  /// The kernel was asked about the spaces in doubt.
  case mending
  /// The processes of a space were reported in the output.
  case viewed(SpaceKey, at: KernelInstant)
  case lost(LossNote)
  /// The threads that were alive, listed after a loss.
  case relisted([ListedTask], at: KernelInstant)
  case auditBegan
  case auditEnded(checked: Int, spaces: Int, at: KernelInstant)
  case judged(at: KernelInstant)
  case reported(at: KernelInstant)
  case dumped(at: KernelInstant)
  /// Growth was reset.
  case marked(at: KernelInstant)
  case finished(at: KernelInstant)
  /// Calls that turned out to have returned: the ordinal of each, by thread.
  case callsEnded([ThreadID: UInt64])

  case path(FileIdentity, String)
  case process(ProcessID, executable: String?, cgroup: String?)
  /// The resident bytes of a process; nil when they are unknown.
  case resident(ProcessID, UInt64?)
  /// The resident bytes of some ranges; `digest` stands for the ranges and their process.
  case residentRanges(digest: UInt64, UInt64?)
  /// The limits of a process. The code that asks defines what each number means.
  case limits(ProcessID, [UInt64?])
  case stack(CallPathResolver.Resolved)
  /// The text that the machine gave for this name; nil and the `errno` if it gave none.
  case text(of: String, String?, errno: Int32)
  /// A file that contains code of a traced process, and its build id.
  case module(path: String, buildID: [UInt8])
}

/// Lists of the kernel, when they were merged, and why they were made.
public struct JoinedLists: Sendable {
  public var when: KernelInstant
  public var reason: SnapshotReason
  public var spaces: [(space: SpaceSnapshot, tasks: [ListedTask])]

  public init(
    at when: KernelInstant, reason: SnapshotReason,
    spaces: [(space: SpaceSnapshot, tasks: [ListedTask])]
  ) {
    self.when = when
    self.reason = reason
    self.spaces = spaces
  }
}

/// Records that were lost because the ring buffer was full.
public struct LossNote: Sendable, Equatable {
  public var when: KernelInstant
  /// How many were lost since tracing began.
  public var total: UInt64
  /// How many were lost since the last note.
  public var count: UInt64
  public var spaces: [SpaceKey]
  /// False when records of other spaces may be lost too.
  public var isComplete: Bool

  public init(
    at when: KernelInstant, total: UInt64, count: UInt64, spaces: [SpaceKey], isComplete: Bool
  ) {
    self.when = when
    self.total = total
    self.count = count
    self.spaces = spaces
    self.isComplete = isComplete
  }
}

/// What is known when tracing begins and does not change during the run.
public struct StartFacts: Sendable, Equatable {
  public enum Scope: Sendable, Equatable {
    case system
    case processes([ProcessID])
    case command([String], ProcessID)
    case name(String)
    case cgroup(path: String)
  }

  public struct Hook: Sendable, Equatable {
    public var name: String
    public var kind: String

    public init(name: String, kind: String) {
      self.name = name
      self.kind = kind
    }
  }

  /// The version of the record layouts.
  public var wireVersion: UInt16
  /// The version of the bpfleak that recorded.
  public var version: String
  public var began: KernelInstant
  /// When tracing began, in RFC 3339.
  public var wall: String
  /// The same, as nanoseconds since 1970.
  public var wallNanoseconds: Int64
  public var host: String
  public var kernel: String
  public var architecture: String
  public var ownProcess: ProcessID
  public var scope: Scope
  public var hooks: [Hook]
  public var pageBytes: UInt64
  public var hugePageBytes: UInt64
  public var reportsSpaceEnd: Bool
  public var sharedMemoryDevices: [UInt32]
  /// The argument of `--stacks`.
  public var stacks: String
  public var stackBytes: UInt64
  /// Nanoseconds between audits; nil if there are none.
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
