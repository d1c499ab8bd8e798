// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger

/// The whole machine, or what is in scope, at one moment. Finished and ordered.
public struct SystemReport: Sendable {
  public var header: ReportHeader
  /// What leaks first, then by what was taken and not given back.
  public var rows: [SpaceRow]
  public var leaks: [LeakReport]
}

/// What every report says about itself.
public struct ReportHeader: Sendable {
  public var version: String
  /// `system`, or what was asked for.
  public var scope: String
  public var when: KernelInstant
  /// Nanoseconds since tracing began.
  public var elapsed: UInt64
  public var processes: Int
  public var mappings: Int
  public var virtualBytes: UInt64
  public var coverage: Coverage
  public var isFinal: Bool
  /// Where the account of growth was begun anew; nil when it began with the tracing.
  public var mark: Mark?
  /// Whether nobody came into view, so that finding no leak says nothing.
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
  /// What it was started with, words apart by spaces; empty where nobody could tell, or asked.
  public var commandLine = ""
  /// Processes that run in it besides the one named.
  public var otherProcesses: Int
  public var virtualBytes: UInt64
  /// Since the account began.
  public var virtualGrowth: Int64
  /// 0 while the account is younger than five seconds.
  public var virtualPerMinute: Int64
  /// Nil when nobody could tell.
  public var residentBytes: UInt64?
  public var residentGrowth: Int64
  public var mappings: Int
  public var mapsPerSecond: Double
  public var unmapsPerSecond: Double
  /// The kind of memory that grew most; nil where the whole did not grow, of which a part says nothing.
  public var growingKind: MappingKind?
  public var standing: Verdict.Standing?
  /// What limits the trust in this row; empty when nothing does.
  public var caveats: [Caveat]
  /// Sizes over the time watched, oldest first, at even steps.
  public var history: [SizeSample] = []

  public enum Caveat: String, Sendable {
    case notYetListed = "table incomplete"
    case lostEvents = "events lost"
    case compat = "32-bit: kept by looking again"
  }
}

/// How large a space was at one moment.
public struct SizeSample: Sendable, Hashable {
  public var when: KernelInstant
  public var virtualBytes: UInt64
  /// Nil when nobody could tell.
  public var residentBytes: UInt64?

  public init(when: KernelInstant, virtualBytes: UInt64, residentBytes: UInt64?) {
    self.when = when
    self.virtualBytes = virtualBytes
    self.residentBytes = residentBytes
  }
}
