// SPDX-License-Identifier: Apache-2.0

/// Where the machine's memory is, how that changed, and what is worth a look.
public struct MeminfoReport: Equatable, Sendable {
  /// CLOCK_MONOTONIC of the current sample, in nanoseconds.
  public let takenNs: UInt64
  /// Nanoseconds since the first sample; `nil` with a single sample.
  public let elapsedNs: UInt64?
  public let total: UInt64
  /// The places by holder. Their sizes add up to `total`, apart from an overcount.
  public let groups: [MeminfoGroup]
  /// Parts of the places, which must not be added.
  public let parts: [MeminfoRow]
  public let limits: [MeminfoRow]
  /// Rows that are not normal, the most severe first.
  public let findings: [MeminfoRow]
  public let notes: [MeminfoNote]

  /// All rows, in the report's order.
  public var rows: [MeminfoRow] { groups.flatMap(\.rows) + parts + limits }

  public func row(_ item: MeminfoItem) -> MeminfoRow? { rows.first { $0.item == item } }

  /// - Parameters:
  ///   - first: the earlier sample, for changes; `nil` for a single look.
  ///   - current: the sample to report.
  public init(first: MeminfoSample? = nil, current: MeminfoSample) {
    let composer = MeminfoRowComposer(first: first, current: current)
    let rows = MeminfoItem.allCases.compactMap(composer.row)

    takenNs = current.takenNs
    elapsedNs = first.map { current.takenNs.less($0.takenNs) }
    total = current.fields["MemTotal"] ?? 0
    groups = MeminfoHolder.allCases.map { holder in
      MeminfoGroup(holder: holder, rows: rows.filter { $0.item.standing == .place(holder) })
    }
    parts = rows.filter { $0.item.standing == .part }
    limits = rows.filter { $0.item.standing == .limit }
    findings = rows.filter { $0.severity > .normal }.sorted { $0.urgency > $1.urgency }
    notes = MeminfoNote.all(first: first, current: current, rest: composer.account.rest)
  }
}

/// The places of one holder.
public struct MeminfoGroup: Equatable, Sendable {
  public let holder: MeminfoHolder
  public let size: UInt64
  public let delta: Int64?
  public let rows: [MeminfoRow]

  init(holder: MeminfoHolder, rows: [MeminfoRow]) {
    self.holder = holder
    self.rows = rows
    size = rows.reduce(0) { $0 &+ $1.size }
    delta = rows.contains { $0.delta != nil } ? rows.reduce(0) { $0 &+ ($1.delta ?? 0) } : nil
  }
}

extension MeminfoRow {
  /// Severity, then available memory, then the earliest exhaustion, then the largest share.
  fileprivate var urgency: (MeminfoSeverity, Int, Double, Double) {
    let soonest = reasons.compactMap { reason in
      if case .exhausted(let inNs) = reason.fact { Double(inNs) } else { nil }
    }.min()
    return (severity, item == .available ? 1 : 0, -(soonest ?? .infinity), share ?? 0)
  }
}
