// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Pipeline
import Renderers
public import Reporting

/// NDJSON lines, as shared/contract/ndjson.md has them.
///
/// The line of a call path comes right before the first line that speaks of it. So lines wait for the
/// call paths they name, two seconds at most.
public final class NDJSONSink: Sink {
  public let needs: SinkNeeds

  private let output: Output
  private let types: Set<LineType>
  private let leastBytes: UInt64
  private let holdsLines: Bool
  private var lines: JSONLines
  /// Lines of munmap calls that are still in `lines`, by thread: the calls may turn out to have failed.
  private var unmapLines: [ThreadID: Range<Int>] = [:]
  private var queue = LineQueue()

  /// Lines past this many bytes are queued before the run flushes.
  private static let mostPending = 1 << 18

  /// `types` are the lines that are wanted.
  public init(
    _ output: Output, types: Set<LineType>, leastBytes: UInt64, ownProcess: ProcessID
  ) {
    self.output = output
    self.types = types
    self.leastBytes = leastBytes
    lines = JSONLines(ownProcess: ownProcess)
    holdsLines = types.contains(.stack)
    var needs: SinkNeeds = [.events, .dumps]
    if types.contains(.process) || types.contains(.exec) { needs.insert(.processes) }
    if types.contains(.leak) { needs.insert(.verdicts) }
    if types.contains(.growth) { needs.insert(.growth) }
    if holdsLines { needs.formUnion([.everyCallPath, .everySymbol]) }
    self.needs = needs
  }

  private func wants(_ type: LineType) -> Bool { types.contains(type) }

  public var isClosed: Bool { output.isClosed }
  public var isWaiting: Bool { !queue.isEmpty }

  public func open() { output.begin() }

  // MARK: The stream

  public func began(_ pipeline: Pipeline) {
    guard wants(.start) else { return }
    let facts = pipeline.facts
    lines.write(
      StreamStart(
        when: facts.began, version: facts.version, kernel: facts.kernel,
        architecture: facts.architecture, wall: facts.wall, processes: boundProcesses(pipeline),
        attached: facts.hooks.map { ($0.name, $0.kind) }))
  }

  private func boundProcesses(_ pipeline: Pipeline) -> [ProcessID]? {
    switch pipeline.facts.scope {
    case .system: nil
    case .processes, .command: pipeline.facts.scope.processes
    case .name, .cgroup: pipeline.ledger.processes.keys.sorted()
    }
  }

  public func introduced(_ introduction: Introduction, _ pipeline: Pipeline) {
    guard wants(.process) else { return }
    let process = introduction.process
    lines.write(
      process,
      LineSubject(
        when: introduction.when, process: process.id, name: process.name.text,
        space: introduction.space),
      exe: introduction.identity.executable, cgroup: introduction.identity.cgroup)
  }

  public func wantsPath(of event: MappingEvent, _ change: LedgerChange) -> Bool {
    guard let type = LineType(of: event.fact) else { return false }
    return wants(type.selector) && change.effect.length >= leastBytes
  }

  public func took(
    _ event: MappingEvent, _ change: LedgerChange, path: String?, _ pipeline: Pipeline
  ) {
    if case .unmapFailed = event.fact { return takeBack(event, change, pipeline) }
    // A call that has no line of its own must not take back an earlier one.
    if case .unmapping = event.fact { unmapLines[event.thread] = nil }
    if wantsPath(of: event, change) {
      write(event, change, path, pipeline)
    }
    if lines.count > Self.mostPending { flush(at: event.when, isLast: false, pipeline) }
  }

  private func write(
    _ event: MappingEvent, _ change: LedgerChange, _ path: String?, _ pipeline: Pipeline
  ) {
    let start = lines.count
    let context = EventContext(
      ledger: pipeline.ledger, texts: pipeline.decoder.texts, path: path)
    guard lines.write(event, change, in: context) else { return }
    if let space = change.space {
      owe(
        event.callPath, before: start,
        LineSubject(
          when: event.when, process: event.process,
          name: pipeline.ledger.name(of: event.thread, in: event.process).text, space: space,
          thread: event.thread))
    }
    if case .unmapped = change.effect { unmapLines[event.thread] = start..<lines.count }
  }

  /// A munmap failed. Its line is removed if it is not written yet; otherwise another line takes it back.
  private func takeBack(_ event: MappingEvent, _ change: LedgerChange, _ pipeline: Pipeline) {
    guard let space = change.space else { return }
    // Unknown where the kernel has to be asked.
    var bytes: UInt64?
    if case .restored(let known) = change.effect { bytes = known }
    if let line = unmapLines.removeValue(forKey: event.thread) {
      lines.remove(line)
      for (thread, other) in unmapLines where other.lowerBound > line.lowerBound {
        unmapLines[thread] = other.lowerBound - line.count..<other.upperBound - line.count
      }
      queue.linesMoved(from: line.upperBound, by: -line.count)
    } else if bytes != 0, wants(.munmap) {
      lines.writeUnmapFailed(
        event, space: space, restored: bytes ?? 0,
        name: pipeline.ledger.name(of: event.thread, in: event.process).text)
    }
  }

  public func noted(_ loss: LossNote, spaces: [Int], _ pipeline: Pipeline) {
    guard wants(.lost) else { return }
    lines.writeLost(loss.count, reason: loss.reason.rawValue, spaces: spaces, at: loss.when)
  }

  public func audited(_ audit: AuditOutcome, _ pipeline: Pipeline) {
    guard wants(.audit) else { return }
    lines.writeAudit(
      checked: audit.checked, drift: audit.drift, spaces: audit.spaces, at: audit.when)
  }

  public func reached(_ leak: LeakReport, at when: KernelInstant, _ pipeline: Pipeline) {
    write(leak, isFinal: false, at: when)
  }

  private func write(_ leak: LeakReport, isFinal: Bool, at when: KernelInstant) {
    let verdict = leak.verdict
    let start = lines.count
    lines.write(leak, isFinal: isFinal, at: when)
    owe(
      verdict.callPath, before: start,
      LineSubject(
        when: when, process: verdict.process, name: verdict.processName,
        space: verdict.subject.space))
  }

  public func explained(_ growth: Growth, at when: KernelInstant, _ pipeline: Pipeline) {
    lines.write(GrowthReport(growth), at: when)
  }

  public func marked(number: Int, at when: KernelInstant, _ pipeline: Pipeline) {
    if wants(.mark) { lines.writeMark(number: number, at: when) }
  }

  public func dumped(_ moment: Moment, _ pipeline: Pipeline) {
    let spaces = pipeline.livingSpaces
    var count = 0
    for space in spaces {
      pipeline.findPaths(of: space)
      guard let process = space.processes.first else { continue }
      let subject = LineSubject(
        when: moment.now, process: process,
        name: pipeline.ledger.processes[process]?.name.text ?? "", space: space.id)
      for row in mappingRows(of: space, pipeline.ledger, pipeline.decoder.texts)
      where row.range.length >= leastBytes {
        if wants(.mapping) {
          let start = lines.count
          lines.write(row, subject)
          owe(row.callPath, before: start, subject)
        }
        count += 1
        if lines.count > Self.mostPending { flush(at: moment.now, isLast: false, pipeline) }
      }
    }
    if wants(.snapshot) {
      lines.writeSnapshot(mappings: count, spaces: spaces.count, at: moment.now)
    }
  }

  public func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {
    if wants(.leak) {
      for leak in moment.leaks { write(leak, isFinal: true, at: moment.now) }
    }
    guard wants(.summary) else { return }
    lines.writeSummary(
      pipeline.coverage, spaces: pipeline.ledger.spaces.count,
      leaks: pipeline.book.verdicts.count { $0.standing == .leaking },
      duration: moment.now.since(pipeline.facts.began), at: moment.now)
  }

  // MARK: Lines that wait

  /// Notes that the line that begins at `start` speaks of a call path: its own line goes before.
  private func owe(_ id: CallPathID?, before start: Int, _ subject: @autoclosure () -> LineSubject)
  {
    guard holdsLines, let id else { return }
    queue.owe(id, before: start, subject())
  }

  public func flush(at now: KernelInstant, isLast: Bool, _ pipeline: Pipeline) {
    guard output.isOpen else { return }
    if holdsLines {
      queue.add(&lines, at: now)
      queue.write(to: output, &lines, pipeline.callPaths.book, at: now, isLast: isLast)
    } else if !lines.isEmpty {
      output.write(lines.bytes)
      lines.removeAll()
    }
    unmapLines.removeAll(keepingCapacity: true)
  }

  public var callPathsInUse: Set<CallPathID> { queue.callPathsInUse }

  public func forgetCallPaths(except used: Set<CallPathID>) { queue.forget(except: used) }
}

extension LedgerChange.Effect {
  /// Bytes of the mapping that the event is about. An event about none is never too small to show.
  fileprivate var length: UInt64 {
    switch self {
    case .mapped(let range, _), .unmapped(let range, _), .moved(_, let range),
      .protected(let range, _), .attached(let range), .detached(let range, _):
      range.length
    case .none, .restored, .breakMoved, .taskCreated, .execed, .exited, .spaceEnded, .renamed,
      .unsure:
      .max
    }
  }
}
