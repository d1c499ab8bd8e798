// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// A process that is alive, as far as the events and the kernel's lists told.
public struct Process: Sendable {
  public var id: ProcessID
  public var space: SpaceKey
  /// The id of that space, for the records that come after its end: a task lets go of its space
  /// before its exit is told.
  public var spaceID: Int
  public var name: ThreadName
  public var parent: ProcessID?
  public var executable: TextID
  public var origin: Origin
  public var since: KernelInstant
  public var threads: Set<ThreadID>

  /// How it came into view; the raw values are those of the NDJSON contract.
  public enum Origin: String, Sendable {
    case seeded
    case forked
    case started
  }
}

/// A thread that is alive.
public struct Thread: Sendable {
  public var process: ProcessID
  public var name: ThreadName
  /// The origin of the mapping it runs on, when that is a thread stack.
  public var stackOrigin: UInt64?
  public var createdAt: KernelInstant
}
