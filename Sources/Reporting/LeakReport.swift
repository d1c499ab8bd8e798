// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import Symbolization
import TextLayout

/// A verdict made ready to be read.
public struct LeakReport: Sendable {
  public var verdict: Verdict
  /// Of the blamed bytes; nil when nobody could tell.
  public var residentBytes: UInt64?
  /// The call path of `verdict.callPath`; nil when it is unknown.
  public var callPath: CallPath?
  /// The limit it runs into, when one is near.
  public var limit: MemoryLimit?
  /// Nanoseconds since its process ended; nil while it lives.
  public var endedAgo: UInt64?
  /// One sentence for a person.
  public var message: String
  /// Sentences, each a fact that was observed, in the order of the case.
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
    evidence = verdict.evidence.map { $0.sentence(at: now, hasEnded: verdict.endedAt != nil) }
    if let residentBytes, verdict.standing != .withdrawn {
      let share = Double(residentBytes) / Double(max(1, verdict.bytes))
      let meaning = share < 0.5 ? ": virtual size grows, resident size hardly does." : "."
      evidence.append(
        "\(formatBytes(residentBytes)) of the \(formatBytes(verdict.bytes)) is resident"
          + " (\(formatShare(share)))\(meaning)")
    }
    if let limit, verdict.standing != .withdrawn { evidence.append(limit.sentence) }
  }
}

/// An address as people write it: `0x7f3a5c000000`.
public func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
