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

/// A fact that was observed. Sentences are made of it elsewhere.
public enum Evidence: Sendable, Equatable {
  /// `count` mappings of `bytes` each, nil when they differ, `guardBytes` of them a guard, by `thread` and others.
  case mapped(count: Int, bytes: UInt64?, guardBytes: UInt64, withStackFlag: Bool)
  /// Of those, how many were there before the tracer.
  case presentBefore(count: Int)
  /// Mappings as long as what of such a stack is no guard, from before the tracer, on which no thread runs.
  case alikeBefore(count: Int, bytes: UInt64)
  /// Each became a thread's stack; one of them as an example.
  case ranThread(
    example: ThreadID, range: Verdict.BlamedRange, creator: ThreadID?, at: KernelInstant,
    isOwnProcess: Bool)
  /// The threads are gone, the last one since `lastAt`; the median one lived `lifetime` nanoseconds.
  case threadsExited(count: Int, lifetime: UInt64, lastAt: KernelInstant)
  case neverUnmapped(count: Int)
  /// New stacks no larger than each were mapped while `idle` older ones lay there without a thread.
  case passedOver(idle: Int, fresh: Int)
  /// They are no more than the C library keeps for reuse, so the threads may have been joined since.
  case fitsCache(bytes: UInt64)
  /// How often a stack like these was taken into use again.
  case reuse(times: Int, reclaimed: Int)
  case regular(period: UInt64)
  /// What an earlier verdict spoke of, and this one takes back.
  case blamedBefore(count: Int, bytes: UInt64)
  /// What calls of this origin mapped and unmapped, pieces of mappings included, since tracing began.
  case account(mapped: Int, bytes: UInt64, each: UInt64?, freed: Int, freedBytes: UInt64)
  /// Threads that run on stacks of this origin.
  case threadsRun(count: Int)
  /// Mappings of this origin that were there before and are not blamed.
  case besides(count: Int)
  /// Unmaps, or of files other mappings over them, took all but a piece of each.
  case remains(each: UInt64, isFile: Bool)
  /// So many are older than that; of those that ended, so many did at such an age.
  case survivors(count: Int, olderThan: UInt64, ended: Int, endedLate: Int)
  /// How many of those that stay came in each quarter of a time.
  case quarters([Int], span: UInt64)
  case grew(times: Int, bytes: UInt64)
  /// The least size rose.
  case envelope(from: UInt64, to: UInt64, span: UInt64)
  /// How many call paths extended the heap, and how much of it the one named did.
  case extenders(stacks: Int, share: Double)
  /// Nothing came for so long.
  case stopped(for: UInt64)
  /// The account has gaps.
  case lostEvents
}
