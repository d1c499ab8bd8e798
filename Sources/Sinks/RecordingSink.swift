// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Pipeline
import Recording
import TextLayout

/// Keeps every input, record and answer of a run in a file, while the run goes on.
///
/// A replay may have any output. So this sink needs what any sink could need: the pipeline then asks, and the
/// answers come here.
public final class RecordingSink: Sink {
  public let needs: SinkNeeds = [
    .inputs, .events, .processes, .verdicts, .reports, .memory,
  ]

  private let output: Output
  private var writer: RecordingWriter
  private var flushAt = KernelInstant(nanoseconds: 0)
  private var bytes = 0

  /// How much of a recording is lost when bpfleak is killed, in nanoseconds.
  private static let flushEvery: UInt64 = 1_000_000_000

  public init(_ output: Output, _ facts: StartFacts) {
    self.output = output
    writer = RecordingWriter(facts)
  }

  public var isClosed: Bool { output.isClosed }

  public func open() { output.begin() }

  public func willTake(_ record: UnsafeRawBufferPointer) {
    if writer.append(record) { write() }
  }

  public func willTake(_ input: PipelineInput, _ texts: TextTable) {
    writer.append(.input(input), texts: texts)
  }

  public func noted(_ answer: RecordedAnswer) { writer.append(.answer(answer)) }

  public func wantsPath(of event: MappingEvent, _ change: LedgerChange) -> Bool { true }

  public func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {}

  public func flush(at now: KernelInstant, isLast: Bool, _ pipeline: Pipeline) {
    guard isLast || now >= flushAt else { return }
    flushAt = now.later(by: Self.flushEvery)
    writer.closeBlock()
    write()
  }

  private func write() {
    guard output.isOpen else { return }
    bytes += writer.finished.count
    output.write(writer.finished)
    writer.take()
  }

  /// Writes the rest; throws what went wrong.
  public func close() throws(OutputError) {
    writer.closeBlock()
    write()
    try output.check()
  }

  /// What was recorded, in one line.
  public var summary: String {
    let records = writer.recordCount
    let events = records == 1 ? "1 event" : "\(formatCount(records)) events"
    return "wrote \(output.path): \(events) in \(formatBytes(UInt64(bytes)))"
  }
}
