// SPDX-License-Identifier: Apache-2.0

/// One item of the report, judged.
public struct MeminfoRow: Equatable, Sendable {
  public let item: MeminfoItem
  /// Bytes, or a number of things if `item.isCount`.
  public let size: UInt64
  /// The change since the first sample; `nil` if there is only one.
  public let delta: Int64?
  public let perMinute: Int64?
  /// What the size is held against: MemTotal for memory, else the limit; `nil` if it has none.
  public let limit: MeminfoLimit?
  /// Why the row is not `normal`, the gravest reason first.
  public let reasons: [MeminfoReason]
  /// The largest things it consists of, as far as that is known cheaply.
  public let details: [MeminfoDetail]
  /// Why details that another user would see are missing.
  public let missingDetails: UnreadableReason?
  /// What to look at next.
  public let next: MeminfoStep

  public var severity: MeminfoSeverity { reasons.map(\.severity).max() ?? .normal }

  /// The size as a part of `limit`.
  public var share: Double? {
    limit.map { Double(size) / Double($0.most) }
  }
}

/// What a row's size is a share of.
public struct MeminfoLimit: Equatable, Sendable {
  /// Never zero: what may be nothing at all is no limit.
  public let most: UInt64
  public let name: String

  /// `nil` for zero, and for so large a number that it is none (file-max on today's machines).
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
    /// More than this part of the row's limit.
    case above(share: Double)
    /// Less than this part of it.
    case below(share: Double)
    /// Growing so fast that in this time nothing is left, if it goes on.
    case exhausted(inNs: UInt64)
    /// There should be none.
    case present
    /// It happened between the two samples.
    case happenedWhileWatching
    /// Programs reserved this much more address space, and used less than half of it.
    case reservedUnused(bytes: Int64)
  }

  public let severity: MeminfoSeverity
  public let fact: Fact

  public init(_ severity: MeminfoSeverity, _ fact: Fact) {
    self.severity = severity
    self.fact = fact
  }
}

/// A part of a row that has a name of its own: a process, a slab cache, a mount.
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

/// A command to run, and what its output tells.
public struct MeminfoStep: Equatable, Sendable {
  public let command: String
  public let tells: String

  public init(_ command: String, _ tells: String) {
    self.command = command
    self.tells = tells
  }
}
