// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
import Reporting
import Symbolization

/// One run: bytes to events, to tables, to verdicts, and on to the sinks.
///
/// It knows no output format, no file and no clock. Two drivers feed it: one with what the kernel
/// gives (`LiveDriver`), one with what a recording holds (`ReplayDriver`). Whoever feeds it tells the
/// time with each input. Nothing in it waits.
public final class Pipeline {
  public let facts: StartFacts
  public let options: Options
  public let ledger: Ledger
  public internal(set) var decoder = RecordDecoder()
  public internal(set) var coverage = Coverage()
  public internal(set) var book = VerdictBook()
  public internal(set) var callPaths: CallPathStage
  /// The space of an exec that was just applied: its new mappings are unknown until the kernel is
  /// asked. Whoever lists it sets this back.
  public var execed: SpaceKey?

  let machine: any Machine
  let sinks: [any Sink]
  let needs: SinkNeeds
  /// Those of `sinks` that are told of inputs, and those that are told of events: asked of each record.
  let inputSinks: [any Sink]
  let eventSinks: [any Sink]
  var growthBook = GrowthBook()
  var assembler: ReportAssembler
  var introductions = Introductions()
  var paths = FilePaths()
  /// Verdicts to be told once their symbols are there, and when at the latest.
  var unpublished: [(leak: LeakReport, deadline: KernelInstant)] = []
  /// Events recorded while the kernel makes a list; nil outside of that.
  var window: [MappingEvent]?
  /// What the joins since the last audit began found.
  var drift: [Drift] = []
  var hasBegun = false
  var forgotten: [UInt64] = []

  /// What was asked of a run that changes what the pipeline does.
  public struct Options: Sendable {
    /// Smaller mappings are left out of what is shown.
    public var leastBytes: UInt64
    /// Of a recording of many processes, the one to report on.
    public var focus: ProcessID?
    /// Whether call paths are resolved here; a replay has them from the recording.
    public var resolvesCallPaths: Bool
    /// So many call paths are known before unused ones are forgotten.
    public var leastFingerprints: Int

    public init(
      leastBytes: UInt64 = 0, focus: ProcessID? = nil, resolvesCallPaths: Bool = true,
      leastFingerprints: Int = 4096
    ) {
      self.leastBytes = leastBytes
      self.focus = focus
      self.resolvesCallPaths = resolvesCallPaths
      self.leastFingerprints = leastFingerprints
    }
  }

  public init(_ facts: StartFacts, _ options: Options, machine: any Machine, sinks: [any Sink]) {
    self.facts = facts
    self.options = options
    self.machine = machine
    self.sinks = sinks
    let needs = sinks.reduce(into: SinkNeeds()) { $0.formUnion($1.needs) }
    self.needs = needs
    inputSinks = sinks.filter { $0.needs.contains(.inputs) }
    eventSinks = sinks.filter { $0.needs.contains(.events) }
    let isNarrow = facts.scope != .system
    callPaths = CallPathStage(
      resolver: options.resolvesCallPaths ? CallPathResolver() : nil,
      resolvesAll: isNarrow || needs.contains(.everyCallPath),
      symbolizesAll: isNarrow || needs.contains(.everySymbol),
      leastFingerprints: options.leastFingerprints)
    var kernel = Ledger.Machine(
      pageBytes: facts.pageBytes, hugePageBytes: facts.hugePageBytes,
      reportsSpaceEnd: facts.reportsSpaceEnd)
    kernel.sharedMemoryDevices = facts.sharedMemoryDevices
    ledger = Ledger(machine: kernel)
    assembler = ReportAssembler(
      version: facts.version, scope: facts.scope.name, began: facts.began)
  }

  /// Whether a sink has lost its reader: the run is over then.
  public var isClosed: Bool { sinks.contains { $0.isClosed } }
  /// Whether no sink has a reader, so that nobody would see how the run ended.
  public var isAbandoned: Bool { sinks.allSatisfy { $0.isClosed } }

  /// Stack copies that the programs did not send since the start: too many at once, or the ring was
  /// half full.
  public func noteUnsent(_ count: UInt64) { callPaths.unsent = count }

  /// Whether call paths are still to come, or lines wait for some.
  public var isWaitingForCallPaths: Bool {
    callPaths.resolver?.isIdle == false || sinks.contains { $0.isWaiting }
  }

  /// The paths that events and lists name.
  public var texts: TextTable {
    get { decoder.texts }
    _modify { yield &decoder.texts }
  }

  /// Whether any sink needs what is asked about.
  public func needs(_ needed: SinkNeeds) -> Bool { needs.contains(needed) }

  /// Lets the sinks write: the run has come to be.
  public func open() {
    for sink in sinks { sink.open() }
  }

  public func flush(at now: KernelInstant, isLast: Bool = false) {
    for sink in sinks { sink.flush(at: now, isLast: isLast, self) }
  }

  // MARK: Records

  /// Takes in one record of the ring.
  public func take(_ record: UnsafeRawBufferPointer) {
    if let event = decode(record) { take(event) }
  }

  /// Counts a record and decodes it; nil for what is no event: a stack copy, which goes its own way, or
  /// nothing of ours.
  public func decode(_ record: UnsafeRawBufferPointer) -> MappingEvent? {
    if CapturedStack.isStack(record) {
      if let captured = try? CapturedStack(record) { callPaths.take(captured, ledger) }
      return nil
    }
    coverage.events += 1
    for sink in inputSinks { sink.willTake(record) }
    do {
      return try decoder.decode(record)
    } catch {
      coverage.undecoded += 1
      return nil
    }
  }

  /// Takes in a decoded event. While the kernel makes a list it goes into the window.
  public func take(_ event: MappingEvent) {
    guard window == nil else {
      window?.append(event)
      return
    }
    begin()
    apply(event)
  }

  func apply(_ event: MappingEvent) {
    if case .spaceEnded = event.fact, let key = event.space, let space = ledger.space(of: key) {
      close(space, at: event.when)
    }
    callPaths.noteCode(event)
    let change = ledger.apply(event)
    if case .execed = change.effect { execed = event.space }
    if !eventSinks.isEmpty || needs.contains(.processes) { tell(event, change) }
  }

  /// Judges a space for the last time, just before it ends.
  private func close(_ space: Space, at when: KernelInstant) {
    var news = book.judge(space, in: ledger, at: when, isEnding: true)
    if needs.contains(.endings) {
      for sink in sinks where sink.needs.contains(.endings) { sink.willEnd(space, at: when, self) }
    }
    book.close(space)
    // Another process may go by that id soon, and its memory be looked at.
    for index in news.indices { news[index].ranges = [] }
    publish(news, at: when)
  }
}
