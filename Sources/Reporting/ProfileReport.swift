// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Symbolization

/// Memory by call path, for profiles and flame graphs. Finished and ordered.
public struct ProfileReport: Sendable {
  public var header: ReportHeader
  /// Leaks first, then by live bytes.
  public var samples: [ProfileSample]
  /// Known build ids in hexadecimal, by the path of the module.
  public var buildIDs: [String: String]

  public init(header: ReportHeader, samples: [ProfileSample], buildIDs: [String: String] = [:]) {
    self.header = header
    self.samples = samples
    self.buildIDs = buildIDs
  }

  /// Everything that verdicts call leaking.
  public var leaked: ProfileSample.Amount {
    samples.reduce(into: ProfileSample.Amount()) { $0.add($1.leaked) }
  }
}

/// Memory of one kind that one call path of one address space mapped.
public struct ProfileSample: Sendable {
  public var space: Int
  public var process: ProcessID
  public var processName: String
  public var kind: MappingKind
  /// Nil when unknown: mapped before tracing began, or no call path was captured.
  public var callPath: CallPath?
  /// The origins that are counted in it: they differ in manner, or in the number of an equal call path.
  public var origins: Set<Origin>
  /// Mapped while watched.
  public var mapped: Amount
  /// Still mapped.
  public var live: Amount
  /// The live memory that a verdict calls leaking.
  public var leaked: Amount
  /// The memory that is live now, by the time when it was mapped: running sums at even steps from the first
  /// mapping to now, oldest first. Empty when all of it existed before tracing began.
  public var retained: [AmountSample] = []

  public struct Amount: Sendable, Hashable {
    public var count: Int
    public var bytes: UInt64

    public init(count: Int = 0, bytes: UInt64 = 0) {
      self.count = count
      self.bytes = bytes
    }
  }

  public init(
    space: Int, process: ProcessID, processName: String, kind: MappingKind, callPath: CallPath?,
    origins: Set<Origin> = [], mapped: Amount, live: Amount, leaked: Amount,
    retained: [AmountSample] = []
  ) {
    self.origins = origins
    self.retained = retained
    self.space = space
    self.process = process
    self.processName = processName
    self.kind = kind
    self.callPath = callPath
    self.mapped = mapped
    self.live = live
    self.leaked = leaked
  }

  /// Live memory that was mapped since tracing began.
  public var fresh: Amount { retained.last?.amount ?? Amount() }
}

/// An amount at one moment.
public struct AmountSample: Sendable, Hashable {
  public var when: KernelInstant
  public var amount: ProfileSample.Amount

  public init(when: KernelInstant, amount: ProfileSample.Amount) {
    self.when = when
    self.amount = amount
  }
}
