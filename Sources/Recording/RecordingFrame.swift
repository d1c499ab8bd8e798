// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Symbolization

/// What a session took in beside records, in the order it did. Instants are those it was done at.
public enum RecordingFrame: Sendable {
  case start(StartFacts)
  /// The records from here to the next `joined` were written while the kernel made its lists.
  case window
  /// Lists of the kernel, brought together with the tables.
  case joined(JoinedLists)
  /// The spaces that only the kernel knows were asked for.
  case mending
  /// The processes of a space were told to whoever reads the stream.
  case viewed(SpaceKey, at: KernelInstant)
  case lost(LossNote)
  /// Who was alive, asked after a loss.
  case relisted([ListedTask], at: KernelInstant)
  case auditBegan
  case auditEnded(checked: Int, spaces: Int, at: KernelInstant)
  case judged(at: KernelInstant)
  case reported(at: KernelInstant)
  case dumped(at: KernelInstant)
  /// The account of growth began anew.
  case marked(at: KernelInstant)
  case finished(at: KernelInstant)
  /// Calls that were seen to be over, by thread, with their ordinals.
  case callsEnded([ThreadID: UInt64])

  case path(FileIdentity, String)
  case process(ProcessID, executable: String?, cgroup: String?)
  /// Bytes of a process in memory; nil when nobody could tell.
  case resident(ProcessID, UInt64?)
  /// The same of some ranges, which go by a digest of them and of their process.
  case residentRanges(digest: UInt64, UInt64?)
  /// What a process could run into: numbers whose meaning is whose who asked.
  case limits(ProcessID, [UInt64?])
  case stack(CallPathResolver.Resolved)
  /// What the machine answered to a question that goes by that name; nil when it refused, and why.
  case text(of: String, String?, errno: Int32)
  /// A file that code was run from, and the build id in it.
  case module(path: String, buildID: [UInt8])
}

/// Lists of the kernel, when they were joined and why they were made.
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

/// Records that found the ring full.
public struct LossNote: Sendable, Equatable {
  public var when: KernelInstant
  /// Since the start.
  public var total: UInt64
  /// Since the note before.
  public var count: UInt64
  public var spaces: [SpaceKey]
  /// False when it may be any space.
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

/// What is known once tracing has begun, and holds for the whole run.
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

  /// Of the records.
  public var wireVersion: UInt16
  /// Of the program that recorded.
  public var version: String
  public var began: KernelInstant
  /// RFC 3339, when it began.
  public var wall: String
  /// The same, since 1970.
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
  /// As `--stacks` has it.
  public var stacks: String
  public var stackBytes: UInt64
  /// Nanoseconds; nil for never.
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
