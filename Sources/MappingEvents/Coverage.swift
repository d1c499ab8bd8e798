// SPDX-License-Identifier: Apache-2.0

/// How complete a report is. Loss is part of the result, never a line in a log.
public struct Coverage: Hashable, Sendable {
  /// Events seen.
  public var events: UInt64 = 0
  /// Records that found the ring full.
  public var lost: UInt64 = 0
  /// Mappings that were not as the kernel had them when it was asked.
  public var drift: UInt64 = 0
  /// Records that could not be decoded: a defect of ours.
  public var undecoded: UInt64 = 0

  public init(events: UInt64 = 0, lost: UInt64 = 0, drift: UInt64 = 0, undecoded: UInt64 = 0) {
    self.events = events
    self.lost = lost
    self.drift = drift
    self.undecoded = undecoded
  }

  public var isComplete: Bool { lost == 0 && undecoded == 0 }
}
