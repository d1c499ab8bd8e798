// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Symbolization

/// What was mapped by each call path, for profiles and flame graphs. Finished and ordered.
public struct ProfileReport: Sendable {
  public var header: ReportHeader
  /// What leaks first, then by live bytes.
  public var samples: [ProfileSample]
  /// In hexadecimal, by the path of the module; those that are known.
  public var buildIDs: [String: String]

  public init(header: ReportHeader, samples: [ProfileSample], buildIDs: [String: String] = [:]) {
    self.header = header
    self.samples = samples
    self.buildIDs = buildIDs
  }
}

/// What one call path of one address space mapped, as one kind of memory.
public struct ProfileSample: Sendable {
  public var space: Int
  public var process: ProcessID
  public var processName: String
  public var kind: MappingKind
  /// Nil when it is unknown: mapped before tracing began, or without a stack.
  public var callPath: CallPath?
  /// The origins that are counted in it: they differ in manner, or in the number of an equal call path.
  public var origins: Set<Origin>
  /// While it was watched.
  public var mapped: Amount
  /// Still there now.
  public var live: Amount
  /// Of that, what a verdict calls leaking.
  public var leaked: Amount
  /// What is live now of what was mapped by then, since tracing began: oldest first, at even steps
  /// from its first mapping to now. Empty when all of it was there before.
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

  /// Live, and mapped since tracing began.
  public var fresh: Amount { retained.last?.amount ?? Amount() }
}

/// How much there was at one moment.
public struct AmountSample: Sendable, Hashable {
  public var when: KernelInstant
  public var amount: ProfileSample.Amount

  public init(when: KernelInstant, amount: ProfileSample.Amount) {
    self.when = when
    self.amount = amount
  }
}
