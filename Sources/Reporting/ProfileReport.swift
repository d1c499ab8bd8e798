// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Symbolization

/// What was mapped by each call path, for profiles and flame graphs. Finished and ordered.
public struct ProfileReport: Sendable {
  public var header: ReportHeader
  /// Most live bytes first.
  public var samples: [ProfileSample]

  public init(header: ReportHeader, samples: [ProfileSample]) {
    self.header = header
    self.samples = samples
  }
}

/// What one call path of one address space mapped, as one kind of memory.
public struct ProfileSample: Sendable {
  public var space: Int
  public var process: ProcessID
  public var processName: String
  public var kind: MappingKind
  /// Nil when it is unknown: mapped before tracing began, or without a stack.
  public var stack: CallStack?
  /// While it was watched.
  public var mapped: Amount
  /// Still there now.
  public var live: Amount
  /// Of that, what a verdict calls leaking.
  public var leaked: Amount

  public struct Amount: Sendable, Hashable {
    public var count: Int
    public var bytes: UInt64

    public init(count: Int = 0, bytes: UInt64 = 0) {
      self.count = count
      self.bytes = bytes
    }
  }

  public init(
    space: Int, process: ProcessID, processName: String, kind: MappingKind, stack: CallStack?,
    mapped: Amount, live: Amount, leaked: Amount
  ) {
    self.space = space
    self.process = process
    self.processName = processName
    self.kind = kind
    self.stack = stack
    self.mapped = mapped
    self.live = live
    self.leaked = leaked
  }
}
