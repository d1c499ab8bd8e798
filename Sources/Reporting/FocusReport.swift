// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents
public import MappingLedger

/// One address space in detail. Finished and ordered.
public struct FocusReport: Sendable {
  public var header: ReportHeader
  public var row: SpaceRow
  public var processes: [(id: ProcessID, name: String, threads: Int)]
  public var leaks: [LeakReport]
  /// Largest first.
  public var groups: [MappingGroup]
  /// In address order, without those smaller than the user asked for.
  public var mappings: [MappingRow]
  /// Mappings left out of `mappings` because they are smaller.
  public var leftOut: Int
}

/// Live mappings of one kind and one size that the same function made, as far as that is known.
public struct MappingGroup: Sendable {
  public var kind: MappingKind
  /// The origins of its mappings. There are several when one function was called by several paths.
  public var origins: Set<Origin> = []
  /// The function to blame, or where in a module it is; nil when unknown.
  public var culprit: String?
  /// Bytes of each mapping.
  public var unitBytes: UInt64
  public var count: Int
  public var bytes: UInt64
  public var ages: AgeHistogram
  /// Resident bytes of all of them; nil when nobody has looked.
  public var residentBytes: UInt64?
  /// Growth: bytes per minute that came since the account began and stayed.
  public var bytesPerMinute: Double = 0
  /// Nanoseconds from one new mapping to the next, when they come regularly.
  public var period: UInt64?

  /// Whether a row of the same report is counted in this group.
  public func holds(_ row: MappingRow) -> Bool {
    kind == row.kind && unitBytes == row.range.length && culprit == row.culprit
  }
}

/// How long ago mappings were made.
public struct AgeHistogram: Sendable, Equatable {
  /// Younger than 10 seconds, a minute, ten minutes, an hour; older; from before tracing began.
  public var counts: [Int] = [0, 0, 0, 0, 0, 0]

  public static let labels = ["<10s", "<1m", "<10m", "<1h", "older", "before"]

  public init() {}

  mutating func count(_ born: KernelInstant?, at now: KernelInstant) {
    guard let born else {
      counts[5] += 1
      return
    }
    let limits: [UInt64] = [10, 60, 600, 3600]
    let age = now.since(born) / 1_000_000_000
    counts[limits.firstIndex { age < $0 } ?? 4] += 1
  }
}

/// One live mapping in a table.
public struct MappingRow: Sendable {
  public var range: AddressRange
  public var protection: Protection
  public var isShared: Bool
  public var kind: MappingKind
  /// Empty when there is none or it is unknown.
  public var path: String
  /// Offset in the file; nil without one.
  public var offset: UInt64?
  /// Nil when it existed before tracing began.
  public var born: KernelInstant?
  public var isSeeded: Bool
  /// The account that it is counted in. The origin of a thread stack has the size of the whole stack as
  /// its unit, because verdicts on thread stacks are given by size.
  public var origin: Origin
  /// The call path as the kernel numbered it. `origin` has the one that it turned out to be equal to.
  public var callPath: CallPathID?
  /// The function to blame, or where in a module it is; nil when unknown.
  public var culprit: String?
  /// The thread whose stack it is.
  public var thread: (id: ThreadID, isAlive: Bool)?
}
