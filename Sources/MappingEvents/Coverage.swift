// SPDX-License-Identifier: Apache-2.0

/// How complete the data behind a report is. Every report shows it.
public struct Coverage: Hashable, Sendable {
  /// Events that were read.
  public var events: UInt64 = 0
  /// Records that were lost because the ring buffer was full.
  public var lost: UInt64 = 0
  /// Mappings that differed from the kernel's list when bpfleak compared them.
  public var drift: UInt64 = 0
  /// Records that could not be decoded. Any of these is a bug in bpfleak.
  public var undecoded: UInt64 = 0

  public init(events: UInt64 = 0, lost: UInt64 = 0, drift: UInt64 = 0, undecoded: UInt64 = 0) {
    self.events = events
    self.lost = lost
    self.drift = drift
    self.undecoded = undecoded
  }

  public var isComplete: Bool { lost == 0 && undecoded == 0 }
}
