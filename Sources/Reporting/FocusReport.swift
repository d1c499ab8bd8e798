// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents
public import MappingLedger

/// One address space, closely. Finished and ordered.
public struct FocusReport: Sendable {
  public var header: ReportHeader
  public var row: SpaceRow
  public var processes: [(id: ProcessID, name: String, threads: Int)]
  public var leaks: [LeakReport]
  /// Largest first.
  public var groups: [MappingGroup]
  /// In address order, without what is smaller than was asked for.
  public var mappings: [MappingRow]
  /// Mappings left out of `mappings` because they are smaller.
  public var leftOut: Int
}

/// Live mappings of one kind and one size, made in one place as far as that is known.
public struct MappingGroup: Sendable {
  public var kind: MappingKind
  /// As of each of them.
  public var origin: String?
  /// Bytes of each of them.
  public var unitBytes: UInt64
  public var count: Int
  public var bytes: UInt64
  public var ages: AgeHistogram
  /// Of all of them; nil when nobody has looked.
  public var residentBytes: UInt64?
  /// Of those that stayed, how many bytes came a minute since the account began.
  public var bytesPerMinute: Double = 0
  /// Nanoseconds from one that stayed to the next, when they come regularly.
  public var period: UInt64?
}

/// How long ago mappings were made.
public struct AgeHistogram: Sendable, Equatable {
  /// Less than 10 seconds, a minute, ten minutes, an hour; older; before the tracer.
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
  /// In the file; nil without one.
  public var offset: UInt64?
  /// Nil when it was there before the tracer.
  public var born: KernelInstant?
  public var isSeeded: Bool
  public var callPath: CallPathID?
  /// The function to blame, or where in a module it is; nil when unknown.
  public var origin: String?
  /// Whose stack it is.
  public var thread: (id: ThreadID, isAlive: Bool)?
}
