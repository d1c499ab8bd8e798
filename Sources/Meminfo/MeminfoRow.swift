// SPDX-License-Identifier: Apache-2.0

/// One item of the report, judged.
public struct MeminfoRow: Equatable, Sendable {
  public let item: MeminfoItem
  /// Bytes, or a count if `item.isCount`.
  public let size: UInt64
  /// The change since the first sample; `nil` with a single sample.
  public let delta: Int64?
  public let perMinute: Int64?
  /// MemTotal for memory, else the item's own limit; `nil` without one.
  public let limit: MeminfoLimit?
  /// Why the row is not `normal`, the most severe reason first.
  public let reasons: [MeminfoReason]
  /// Its largest parts, as far as they are cheap to find.
  public let details: [MeminfoDetail]
  /// Why details are missing that another user would see.
  public let missingDetails: UnreadableReason?
  /// The next command to run.
  public let next: MeminfoStep

  public var severity: MeminfoSeverity { reasons.map(\.severity).max() ?? .normal }

  /// The size as a fraction of `limit`.
  public var share: Double? {
    limit.map { Double(size) / Double($0.most) }
  }
}

/// The limit of a row.
public struct MeminfoLimit: Equatable, Sendable {
  /// Never zero.
  public let most: UInt64
  public let name: String

  /// `nil` for zero, and for numbers that no machine reaches, as file-max has today.
  public init?(_ most: UInt64?, _ name: String) {
    guard let most, most > 0, most < 1 << 60 else { return nil }
    self.most = most
    self.name = name
  }
}

public enum MeminfoSeverity: String, Comparable, Sendable {
  case normal, notable, anomalous

  public static func < (one: MeminfoSeverity, other: MeminfoSeverity) -> Bool {
    one.rank < other.rank
  }

  private var rank: Int {
    switch self {
    case .normal: 0
    case .notable: 1
    case .anomalous: 2
    }
  }
}

/// An observed fact that makes a row worth a look.
public struct MeminfoReason: Equatable, Sendable {
  public enum Fact: Equatable, Sendable {
    /// More than this fraction of the row's limit.
    case above(share: Double)
    /// Less than this fraction of it.
    case below(share: Double)
    /// At this rate, nothing is left after this time.
    case exhausted(inNs: UInt64)
    /// There should be none.
    case present
    /// It happened between the two samples.
    case happenedWhileWatching
    /// Programs reserved this many more bytes, and used less than half of them.
    case reservedUnused(bytes: Int64)
  }

  public let severity: MeminfoSeverity
  public let fact: Fact

  public init(_ severity: MeminfoSeverity, _ fact: Fact) {
    self.severity = severity
    self.fact = fact
  }
}

/// A named part of a row: a process, a slab cache, a mount.
public struct MeminfoDetail: Equatable, Sendable {
  public let label: String
  public let size: UInt64
  public let isCount: Bool
  public let delta: Int64?
  public let remark: String?

  public init(
    label: String, size: UInt64, isCount: Bool = false, delta: Int64? = nil, remark: String? = nil
  ) {
    self.label = label
    self.size = size
    self.isCount = isCount
    self.delta = delta
    self.remark = remark
  }
}

/// A command to run, and what its output shows.
public struct MeminfoStep: Equatable, Sendable {
  public let command: String
  public let tells: String

  public init(_ command: String, _ tells: String) {
    self.command = command
    self.tells = tells
  }
}
