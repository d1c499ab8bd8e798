// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import Symbolization
import TextLayout

/// A verdict ready to be read.
public struct LeakReport: Sendable {
  public var verdict: Verdict
  /// How much of the blamed bytes is resident; nil when nobody could tell.
  public var residentBytes: UInt64?
  /// The frames of `verdict.callPath`; nil when they are unknown.
  public var callPath: CallPath?
  /// The limit that the leak will reach first; nil when none is near.
  public var limit: MemoryLimit?
  /// Nanoseconds since its process exited; nil while it lives.
  public var endedAgo: UInt64?
  /// The verdict in one sentence for a person.
  public var message: String
  /// Observed facts in words, in the order in which they make the case.
  public var evidence: [String]
}

extension LeakReport {
  public init(
    _ verdict: Verdict, residentBytes: UInt64?, callPath: CallPath? = nil,
    limit: MemoryLimit? = nil, at now: KernelInstant
  ) {
    self.verdict = verdict
    self.residentBytes = residentBytes
    self.callPath = callPath
    self.limit = limit
    endedAgo = verdict.endedAt.map { now.since($0) }
    message = verdict.sentence(by: callPath?.culprit?.phrase, at: now)
    evidence = verdict.evidence.map {
      $0.sentence(
        at: now, hasOnePath: verdict.subject.origin.callPath != nil,
        hasEnded: verdict.endedAt != nil)
    }
    if let residentBytes, verdict.standing != .withdrawn {
      let share = Double(residentBytes) / Double(max(1, verdict.bytes))
      let meaning = share < 0.5 ? " Virtual size grows; resident size barely does." : ""
      evidence.append(
        "\(formatBytes(residentBytes)) of the \(formatBytes(verdict.bytes)) is resident"
          + " (\(formatShare(share))).\(meaning)")
    }
    if let limit, verdict.standing != .withdrawn { evidence.append(limit.sentence) }
  }
}

/// An address in the usual notation: `0x7f3a5c000000`.
public func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
