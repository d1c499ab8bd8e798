// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger

/// Every process in scope at one moment. Finished and ordered.
public struct SystemReport: Sendable {
  public var header: ReportHeader
  /// Leaks first, then by growth.
  public var rows: [SpaceRow]
  public var leaks: [LeakReport]
}

/// What every report says about itself.
public struct ReportHeader: Sendable {
  public var version: String
  /// `system`, or what the user asked for.
  public var scope: String
  public var when: KernelInstant
  /// Nanoseconds since tracing began.
  public var elapsed: UInt64
  public var processes: Int
  public var mappings: Int
  public var virtualBytes: UInt64
  public var coverage: Coverage
  public var isFinal: Bool
  /// The mark from which growth counts; nil when it counts from the start of tracing.
  public var mark: Mark?
  /// Whether no process was seen at all, so that finding no leak means nothing.
  public var sawNobody: Bool { processes == 0 && coverage.events == 0 }

  public struct Mark: Sendable, Hashable {
    /// From 1 on.
    public var number: Int
    public var at: KernelInstant

    public init(number: Int, at: KernelInstant) {
      self.number = number
      self.at = at
    }
  }

  public init(
    version: String, scope: String, when: KernelInstant, elapsed: UInt64, processes: Int,
    mappings: Int, virtualBytes: UInt64, coverage: Coverage, isFinal: Bool, mark: Mark? = nil
  ) {
    self.version = version
    self.scope = scope
    self.when = when
    self.elapsed = elapsed
    self.processes = processes
    self.mappings = mappings
    self.virtualBytes = virtualBytes
    self.coverage = coverage
    self.isFinal = isFinal
    self.mark = mark
  }
}

/// One address space in a table.
public struct SpaceRow: Sendable {
  public var space: Int
  public var process: ProcessID
  public var name: String
  /// Its arguments, separated by spaces; empty when unknown or not asked for.
  public var commandLine = ""
  /// Other processes that share this address space.
  public var otherProcesses: Int
  public var virtualBytes: UInt64
  /// Since the account began.
  public var virtualGrowth: Int64
  /// 0 while the account is younger than five seconds.
  public var virtualPerMinute: Int64
  /// Nil when unknown.
  public var residentBytes: UInt64?
  public var residentGrowth: Int64
  public var mappings: Int
  public var mapsPerSecond: Double
  public var unmapsPerSecond: Double
  /// The kind of memory that grew most; nil when the space as a whole did not grow.
  public var growingKind: MappingKind?
  public var standing: Verdict.Standing?
  /// What limits the trust in this row.
  public var caveats: [Caveat]
  /// Sizes while watched, oldest first, at even steps.
  public var history: [SizeSample] = []

  public enum Caveat: String, CaseIterable, Sendable {
    case notYetListed = "table incomplete"
    case lostEvents = "events lost"
    case compat = "32-bit, re-read instead of traced"
  }
}

/// How large a space was at one moment.
public struct SizeSample: Sendable, Hashable {
  public var when: KernelInstant
  public var virtualBytes: UInt64
  /// Nil when unknown.
  public var residentBytes: UInt64?

  public init(when: KernelInstant, virtualBytes: UInt64, residentBytes: UInt64?) {
    self.when = when
    self.virtualBytes = virtualBytes
    self.residentBytes = residentBytes
  }
}
