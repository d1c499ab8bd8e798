// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Memory that came since tracing began and for which there is a reason that is no leak.
public struct Growth: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// Address space without access, of which so many bytes are in use.
    case reserved(count: Int, committed: UInt64)
    /// The same for the arenas of malloc, one for each thread or so.
    case arenas(count: Int, committed: UInt64)
    /// Mapped over what was mapped already.
    case placed(count: Int)
    /// It grew, and has been as large for so many nanoseconds.
    case settled(count: Int, quiet: UInt64)
    /// As much comes as goes.
    case turnover(mapped: Int, freed: Int)
    /// A runtime that collects garbage takes what it needs, and gives back late or never.
    case collected
  }

  public struct Subject: Hashable, Sendable {
    public var space: Int
    public var origin: Origin
  }

  public var subject: Subject
  public var process: ProcessID
  public var processName: String
  public var bytes: UInt64
  public var reason: Reason
}
