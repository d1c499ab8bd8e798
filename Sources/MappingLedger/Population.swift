// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// A process that is alive, as far as events and the kernel's lists show.
public struct Process: Sendable {
  public var id: ProcessID
  public var space: SpaceKey
  /// The id of that space. The exit of a task is reported after the task has released its space.
  public var spaceID: Int
  public var name: ThreadName
  public var parent: ProcessID?
  public var executable: TextID
  public var origin: Origin
  public var since: KernelInstant
  public var threads: Set<ThreadID>

  /// How it came into view. The raw values are part of the NDJSON contract.
  public enum Origin: String, Sendable {
    case seeded
    case forked
    case started
  }
}

/// A thread that is alive, as far as events and the kernel's lists show.
public struct Thread: Sendable {
  public var process: ProcessID
  public var name: ThreadName
  /// `LiveMapping.origin` of the thread stack that it runs on; nil when it runs on other memory.
  public var stackOrigin: UInt64?
  public var createdAt: KernelInstant
}
