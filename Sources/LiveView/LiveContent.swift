// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import Meminfo
public import Reporting

/// Everything the live view shows, at one moment.
public struct LiveContent: Sendable {
  public var report: SystemReport
  /// The open space; nil when none is open. Its last state when it has ended.
  public var focus: FocusReport?
  public var focusHasEnded = false
  /// Events of the open space, newest first.
  public var events: [EventLine] = []
  public var memory: MachineMemory?
  /// The memory when the account of growth began.
  public var memoryBefore: MachineMemory?
  public var cost: OwnCost?
  /// A message for the next few seconds, such as that a mark was set.
  public var notice: String?

  public init(report: SystemReport) { self.report = report }
}

/// The resources that bpfleak itself uses.
public struct OwnCost: Sendable, Hashable {
  /// Share of one processor since the last reading.
  public var processorShare: Double
  public var residentBytes: UInt64

  public init(processorShare: Double, residentBytes: UInt64) {
    self.processorShare = processorShare
    self.residentBytes = residentBytes
  }
}

/// One event of an open space, in words. The text is not yet made printable.
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
