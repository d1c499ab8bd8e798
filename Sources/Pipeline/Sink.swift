// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Reporting

/// What a sink has to be told; the pipeline finds out what any of its sinks needs, and no more.
public struct SinkNeeds: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Each input and each record, before the pipeline takes it in.
  public static let inputs = SinkNeeds(rawValue: 1)
  /// Each event once it is applied.
  public static let events = SinkNeeds(rawValue: 2)
  /// Who a process is when it comes into view.
  public static let processes = SinkNeeds(rawValue: 4)
  /// New and changed verdicts as they are reached.
  public static let verdicts = SinkNeeds(rawValue: 8)
  /// Growth that is explained.
  public static let growth = SinkNeeds(rawValue: 16)
  /// A report whenever one is due.
  public static let reports = SinkNeeds(rawValue: 32)
  /// The mappings of every space, on request.
  public static let dumps = SinkNeeds(rawValue: 64)
  /// The machine's memory, at the end.
  public static let memory = SinkNeeds(rawValue: 128)
  /// Each space just before it ends.
  public static let endings = SinkNeeds(rawValue: 256)
  /// Call paths also of processes that are gone within two seconds.
  public static let everyCallPath = SinkNeeds(rawValue: 512)
  /// The symbols of every call path, not just of those that a verdict names.
  public static let everySymbol = SinkNeeds(rawValue: 1024)
}

/// An output of a run: lines, text reports, a live view, a whole document, a recording.
///
/// Several attach to one pipeline. None knows of another, and each is told only what it `needs`.
/// Calls come in the order of the run. A sink never waits: most of them are called while the ring is
/// drained.
public protocol Sink: AnyObject {
  var needs: SinkNeeds { get }

  /// The run has come to be: from here on the sink may write. Until then it keeps what it has, and
  /// leaves a file that was there before as it was.
  func open()

  /// A record is about to be taken in.
  func willTake(_ record: UnsafeRawBufferPointer)
  /// An input is about to be taken in. `texts` holds the paths that it names.
  func willTake(_ input: PipelineInput, _ texts: TextTable)

  /// An answer of the machine, or of the resolver, to be kept behind the input that it was for.
  func noted(_ answer: RecordedAnswer)

  /// The first lists are in the tables.
  func began(_ pipeline: Pipeline)
  /// Whether the path of the file that an event concerns will be used.
  func wantsPath(of event: MappingEvent, _ change: LedgerChange) -> Bool
  func took(_ event: MappingEvent, _ change: LedgerChange, path: String?, _ pipeline: Pipeline)
  func introduced(_ introduction: Introduction, _ pipeline: Pipeline)
  func willEnd(_ space: Space, at when: KernelInstant, _ pipeline: Pipeline)
  func noted(_ loss: LossNote, spaces: [Int], _ pipeline: Pipeline)
  func audited(_ audit: AuditOutcome, _ pipeline: Pipeline)
  func reached(_ leak: LeakReport, at when: KernelInstant, _ pipeline: Pipeline)
  func explained(_ growth: Growth, at when: KernelInstant, _ pipeline: Pipeline)
  func reported(_ moment: Moment, _ pipeline: Pipeline)
  func dumped(_ moment: Moment, _ pipeline: Pipeline)
  func marked(number: Int, at when: KernelInstant, _ pipeline: Pipeline)
  /// The last call but for `flush`. `memory` is nil where nobody could tell or no sink needs it.
  func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline)

  /// Writes what is ready; at the end of a run everything.
  func flush(at now: KernelInstant, isLast: Bool, _ pipeline: Pipeline)
  /// Whether lines wait for what the pipeline has yet to find out.
  var isWaiting: Bool { get }
  /// Nobody takes what it writes any more.
  var isClosed: Bool { get }
  /// Call paths that it will still speak of.
  var callPathsInUse: Set<CallPathID> { get }
  /// The others are forgotten; their ids will not come again.
  func forgetCallPaths(except used: Set<CallPathID>)
}

extension Sink {
  public func willTake(_ record: UnsafeRawBufferPointer) {}
  public func willTake(_ input: PipelineInput, _ texts: TextTable) {}
  public func noted(_ answer: RecordedAnswer) {}
  public func began(_ pipeline: Pipeline) {}
  public func wantsPath(of event: MappingEvent, _ change: LedgerChange) -> Bool { false }
  public func took(
    _ event: MappingEvent, _ change: LedgerChange, path: String?, _ pipeline: Pipeline
  ) {}
  public func introduced(_ introduction: Introduction, _ pipeline: Pipeline) {}
  public func willEnd(_ space: Space, at when: KernelInstant, _ pipeline: Pipeline) {}
  public func noted(_ loss: LossNote, spaces: [Int], _ pipeline: Pipeline) {}
  public func audited(_ audit: AuditOutcome, _ pipeline: Pipeline) {}
  public func reached(_ leak: LeakReport, at when: KernelInstant, _ pipeline: Pipeline) {}
  public func explained(_ growth: Growth, at when: KernelInstant, _ pipeline: Pipeline) {}
  public func reported(_ moment: Moment, _ pipeline: Pipeline) {}
  public func dumped(_ moment: Moment, _ pipeline: Pipeline) {}
  public func marked(number: Int, at when: KernelInstant, _ pipeline: Pipeline) {}
  public func flush(at now: KernelInstant, isLast: Bool, _ pipeline: Pipeline) {}
  public var isWaiting: Bool { false }
  public var callPathsInUse: Set<CallPathID> { [] }
  public func forgetCallPaths(except used: Set<CallPathID>) {}
}

/// A process that has come into view, and who it is.
public struct Introduction: Sendable {
  public var process: Process
  public var identity: ProcessIdentity
  public var space: Int
  public var when: KernelInstant
}

/// What a comparison of tables with the kernel's own found.
public struct AuditOutcome: Sendable {
  /// Mappings that were compared.
  public var checked: Int
  public var spaces: Int
  public var drift: [Drift]
  public var when: KernelInstant
}
