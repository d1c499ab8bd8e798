// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import Meminfo
public import Reporting

/// All that the live view shows, as of one moment.
public struct LiveContent: Sendable {
  public var report: SystemReport
  /// The space that is open, nil for none; as it was last when it has ended.
  public var focus: FocusReport?
  public var focusHasEnded = false
  /// What happened in the open space, newest first.
  public var events: [EventLine] = []
  public var memory: MachineMemory?
  /// As it was when the account of growth began.
  public var memoryBefore: MachineMemory?
  public var cost: OwnCost?
  /// What the person should know now: that a mark was set, say.
  public var notice: String?

  public init(report: SystemReport) { self.report = report }
}

/// What bpfleak itself takes.
public struct OwnCost: Sendable, Hashable {
  /// Of one processor, since the time before.
  public var processorShare: Double
  public var residentBytes: UInt64

  public init(processorShare: Double, residentBytes: UInt64) {
    self.processorShare = processorShare
    self.residentBytes = residentBytes
  }
}

/// One event of an open space, in words; text from outside is still as it came.
public struct EventLine: Sendable, Hashable {
  /// Nanoseconds since tracing began.
  public var at: UInt64
  public var thread: ThreadID
  public var name: String
  public var words: String

  public init(at: UInt64, thread: ThreadID, name: String, words: String) {
    self.at = at
    self.thread = thread
    self.name = name
    self.words = words
  }
}
