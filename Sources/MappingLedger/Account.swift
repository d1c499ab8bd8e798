// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What one origin mapped in one address space, and how much of it is still mapped.
///
/// Counts are of runs. A run is all neighboring pieces of one mapping: a guard page inside a mapping
/// does not make it two, and a hole that a partial unmap leaves does.
public struct Account: Sendable {
  public struct Amount: Sendable, Hashable {
    public var count: Int
    public var bytes: UInt64

    public init(count: Int = 0, bytes: UInt64 = 0) {
      self.count = count
      self.bytes = bytes
    }
  }

  public let origin: Origin
  /// By system calls that were seen. A mapping whose origin changes later moves to its new account.
  public var mapped = Amount()
  public var freed = Amount()
  /// What was mapped before tracing began, or before the fork that made this space.
  public var present = Amount()
  /// `present` plus `mapped` minus `freed`.
  public var live = Amount()
  /// When memory first and last came; nil when none was seen to come.
  public var firstBirth: KernelInstant?
  public var lastBirth: KernelInstant?
  /// The one before `lastBirth`.
  var birthBefore: KernelInstant?
  /// How often a mapping of this account was grown, in place or by moving.
  public var growths = 0
  /// The sizes of its smallest and its largest mapping so far, in bytes.
  public var smallestBytes: UInt64 = .max
  public var largestBytes: UInt64 = 0
  /// The file that all of its mappings map; none when they map different ones.
  public var file = FileID.none
  /// Reservations only: how many bytes are accessible now.
  public var committedBytes: UInt64 = 0
  /// Reservations only: how many bytes were ever made accessible.
  public var everCommitted: UInt64 = 0
  /// Accounts of a size only: how many pieces of this size were freed of memory that was mapped before
  /// tracing began. The kernel lists neighbors as one area, so the area can have been larger.
  public var goneBefore = 0
  /// When the last of those was freed.
  public var lastGone = KernelInstant.zero
  /// The usual time from one birth to the next, and the usual deviation from it, in nanoseconds.
  public var usualGap = 0.0
  public var gapDeviation = 0.0
  /// The index of its `Trend`, which begins once two of its mappings were live at a time; else -1.
  var trend: Int32 = -1
  /// The index of the account that this one was merged into; its own index while it was not.
  var mergedInto: UInt32

  public var kind: MappingKind { origin.kind }
  public var manner: Origin.Manner { origin.manner }
  public var callPath: CallPathID? { origin.callPath }
  public var unitBytes: UInt64 { origin.unitBytes }

  init(_ origin: Origin, index: UInt32) {
    self.origin = origin
    self.mergedInto = index
  }

  /// Whether its memory is a part of the heap. Another account holds the total of the heap.
  public var isOfHeap: Bool { origin.isOfHeap }

  /// Whether it is a total that no mapping belongs to.
  public var isTotal: Bool { manner == .heapTotal || manner == .committed }

  /// The size that all of its mappings had when they were made; nil when their sizes differ.
  public var eachBytes: UInt64? { smallestBytes == largestBytes ? largestBytes : nil }
}

extension Account {
  /// Notes that a mapping came. `live` and `mapped` include it already.
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

  /// Notes a birth that another account saw, when its memory moves here.
  mutating func noteEarlierBirth(_ when: KernelInstant) {
    firstBirth = min(firstBirth ?? when, when)
    guard when > lastBirth ?? .zero else { return }
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

  /// Whether it is worth a history: two of its mappings were live at a time, or something grew twice.
  var deservesTrend: Bool {
    kind == .heap || growths > 0
      ? mapped.count + growths >= 2 : live.count >= 2 && mapped.count >= 2
  }

  /// Makes it the account of a forked child: what is live was there before, and the child did nothing
  /// of it.
  mutating func inherit() {
    present = live
    mapped = Amount()
    freed = Amount()
    firstBirth = nil
    lastBirth = nil
    growths = 0
    goneBefore = 0
    trend = -1
  }
}
