// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Everything that a run takes in beside the records of the ring, in the order it does so.
///
/// A recording keeps these inputs, the records, and what the machine answered; a replay hands them
/// to a pipeline again. Instants are those at which the run did it.
public enum PipelineInput: Sendable {
  /// The kernel is about to make lists. The records from here to the next `joined` are the window:
  /// they were written while it did.
  case windowBegan
  /// The kernel's lists, to be brought together with the tables. The window is applied after them.
  case joined(JoinedLists)
  /// The kernel is asked about the spaces that the events left in doubt.
  case mending
  /// The processes of a space are introduced, if they were not before.
  case viewed(SpaceKey, at: KernelInstant)
  case lost(LossNote)
  /// The threads that are alive, asked after a loss.
  case relisted([ListedTask], at: KernelInstant)
  case auditBegan
  case auditEnded(checked: Int, spaces: Int, at: KernelInstant)
  /// Calls that were seen to be over, by thread, with their ordinals. Their success has no record.
  case callsEnded([ThreadID: UInt64])
  case judged(at: KernelInstant)
  /// A report is due.
  case reported(at: KernelInstant)
  /// Every live mapping is wanted (SIGUSR1).
  case dumped(at: KernelInstant)
  /// Growth counts from here on (SIGUSR2).
  case marked(at: KernelInstant)
  case finished(at: KernelInstant)
}

/// Lists of the kernel, when they were joined with the tables and why they were made.
public struct JoinedLists: Sendable {
  public var when: KernelInstant
  public var reason: SnapshotReason
  public var spaces: [(space: SpaceSnapshot, tasks: [ListedTask])]

  public init(
    at when: KernelInstant, reason: SnapshotReason,
    spaces: [(space: SpaceSnapshot, tasks: [ListedTask])]
  ) {
    self.when = when
    self.reason = reason
    self.spaces = spaces
  }
}

/// Records that found the ring full.
public struct LossNote: Sendable, Equatable {
  public enum Reason: String, Sendable {
    case ringFull = "ring-full"
    case recordingDamaged = "recording-damaged"
  }

  public var when: KernelInstant
  /// Since the start.
  public var total: UInt64
  /// Since the note before.
  public var count: UInt64
  public var spaces: [SpaceKey]
  /// False when any space may have lost records.
  public var isComplete: Bool
  public var reason: Reason

  public init(
    at when: KernelInstant, total: UInt64, count: UInt64, spaces: [SpaceKey], isComplete: Bool,
    reason: Reason = .ringFull
  ) {
    self.when = when
    self.total = total
    self.count = count
    self.spaces = spaces
    self.isComplete = isComplete
    self.reason = reason
  }
}
