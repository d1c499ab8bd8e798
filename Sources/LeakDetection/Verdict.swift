// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// What a detector concluded about one origin of memory.
public struct Verdict: Sendable, Equatable {
  public enum Standing: String, Sendable {
    /// Shown by structure or by a tested trend.
    case leaking
    /// Grows, not yet shown.
    case suspect
    /// An earlier verdict on this origin no longer stands.
    case withdrawn
  }

  /// Kinds of memory that can leak; the raw values are those of the NDJSON contract.
  public enum Kind: String, Sendable {
    case threadStack = "thread-stack"
    case anonymous
    case file
    case heap
    case sharedMemory = "shared-memory"

    /// What a leak of that memory is called.
    public init(_ kind: MappingKind) {
      switch kind {
      case .anonymous, .guard, .special: self = .anonymous
      case .file: self = .file
      case .heap: self = .heap
      case .threadStack, .mainStack: self = .threadStack
      case .sharedMemory: self = .sharedMemory
      }
    }
  }

  /// What the verdict is on: it is given once for each, changed, or withdrawn.
  public struct Subject: Hashable, Sendable {
    public var space: Int
    /// Its call path is nil when all of one size are judged together, and its size 0 when they differ.
    /// Of stacks without a thread the path is the one that mapped them, where their sizes differ.
    public var origin: Origin
    /// Of thread stacks: whether it is those that threads run on.
    public var isRunOn: Bool

    public init(space: Int, origin: Origin, isRunOn: Bool = false) {
      self.space = space
      self.origin = origin
      self.isRunOn = isRunOn
    }

    public var kind: Kind { Kind(origin.kind) }
  }

  public var subject: Subject
  public var standing: Standing
  /// The row of docs/judging.md that made it. It stays while a verdict pauses or fades.
  public var rule: RuleName
  public var process: ProcessID
  public var processName: String
  /// Mappings now live and blamed, and their bytes.
  public var count: Int
  public var bytes: UInt64
  public var bytesPerMinute: Double
  /// Nanoseconds from one to the next when they come regularly.
  public var period: UInt64?
  public var first: KernelInstant
  public var last: KernelInstant
  public var evidence: [Evidence]
  /// Starts of what is blamed, for whoever wants to know how much of it is resident.
  public var ranges: [BlamedRange]
  /// The call path that made most of what is blamed.
  public var callPath: CallPathID?
  /// Bytes of each, when all are alike.
  public var eachBytes: UInt64?
  /// When the process ended; nil while it lives.
  public var endedAt: KernelInstant?
  /// How many areas of the kernel's each is: a stack's guard is one of its own.
  public var areasEach: Int {
    for case .mapped(_, _, let guardBytes, _) in evidence where guardBytes > 0 { return 2 }
    return 1
  }

  public struct BlamedRange: Sendable, Equatable {
    public var start: UInt64
    public var end: UInt64

    public init(start: UInt64, end: UInt64) {
      self.start = start
      self.end = end
    }
  }
}
