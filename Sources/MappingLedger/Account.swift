// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What one origin of one address space mapped, and what of it is still there.
///
/// An origin is a call path and the kind of memory; where the path is unknown, kind and size. What is
/// mapped is counted in runs: neighboring pieces of one mapping are one, so that a guard page cut out
/// of it is no mapping more, and what a partial unmap leaves in two places is two.
public struct Account: Sendable {
  public struct Amount: Sendable, Hashable {
    public var count: Int
    public var bytes: UInt64

    public init(count: Int = 0, bytes: UInt64 = 0) {
      self.count = count
      self.bytes = bytes
    }
  }

  public let kind: MappingKind
  public let manner: Origin.Manner
  /// -1 when unknown.
  let rawStack: Int32
  /// Bytes of each mapping where that is all that is known of the origin, else 0.
  public let unitBytes: UInt64

  /// By calls that were seen. What changed its origin later counts where it is now.
  public var mapped = Amount()
  public var freed = Amount()
  /// There before we came, or before the fork.
  public var present = Amount()
  /// `present` and `mapped`, without `freed`.
  public var live = Amount()
  /// When memory first and last came; nil when none was seen to.
  public var firstBirth: KernelInstant?
  public var lastBirth: KernelInstant?
  /// The one before the last.
  var birthBefore: KernelInstant?
  /// Times that mappings of it were grown in place or moved to grow.
  public var growths = 0
  public var smallestBytes: UInt64 = .max
  /// No mapping of it was ever longer.
  public var largestBytes: UInt64 = 0
  /// The file of all of it; none when they differ.
  public var file = FileID.none
  /// Of reservations: bytes that are accessible.
  public var committedBytes: UInt64 = 0
  /// The same with what is accessible no more.
  public var everCommitted: UInt64 = 0
  /// Of accounts of a size: how many such pieces of what was there before we came were freed, whatever
  /// they were cut out of, and when the last one was. The kernel lists neighbors as one.
  public var goneBefore = 0
  public var lastGone = KernelInstant(nanoseconds: 0)
  /// Nanoseconds from one birth to the next, and how far off that is usually.
  public var usualGap = 0.0
  public var gapDeviation = 0.0
  /// Its history, once two of its mappings were live at a time.
  var trend: Int32 = -1
  /// The account that took this one over; itself when none did.
  var canonical: UInt32

  public var origin: Origin {
    Origin(kind: kind, manner: manner, callPath: callPath, unitBytes: unitBytes)
  }

  public var callPath: CallPathID? { rawStack < 0 ? nil : CallPathID(rawStack) }

  init(
    kind: MappingKind, manner: Origin.Manner, rawStack: Int32, unitBytes: UInt64, canonical: UInt32
  ) {
    self.kind = kind
    self.manner = manner
    self.rawStack = rawStack
    self.unitBytes = unitBytes
    self.canonical = canonical
  }

  /// Whether a heap is made of it, of which `heapTotal` has the sum.
  public var isOfHeap: Bool { manner == .break || manner == .filled }

  /// Whether it is a sum that no mapping belongs to.
  public var isTotal: Bool { manner == .heapTotal || manner == .committed }

  /// What all of its mappings measured when they were made; nil when they differ.
  public var eachBytes: UInt64? { smallestBytes == largestBytes ? largestBytes : nil }

  mutating func noteBirth(_ bytes: UInt64, _ file: FileID, at when: KernelInstant) {
    if let lastBirth { noteGap(from: lastBirth, to: when) }
    if firstBirth == nil { firstBirth = when }
    birthBefore = lastBirth
    lastBirth = when
    noteSize(bytes)
    if live.count <= 1 && mapped.count <= 1 {
      self.file = file
    } else if self.file != file {
      self.file = .none
    }
  }

  /// Of what was born in another account, and comes from there.
  mutating func noteEarlierBirth(_ when: KernelInstant) {
    firstBirth = min(firstBirth ?? when, when)
    guard when > lastBirth ?? KernelInstant(nanoseconds: 0) else { return }
    birthBefore = lastBirth
    lastBirth = when
  }

  mutating func noteGap(from last: KernelInstant, to next: KernelInstant) {
    let gap = Double(next.since(last))
    if mapped.count <= 2 {
      usualGap = gap
    } else {
      gapDeviation += (abs(gap - usualGap) - gapDeviation) / 8
      usualGap += (gap - usualGap) / 8
    }
  }

  mutating func noteSize(_ bytes: UInt64) {
    smallestBytes = min(smallestBytes, bytes)
    largestBytes = max(largestBytes, bytes)
  }
}
