// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Recording
import Reporting
import TextLayout

/// Writes a recording of a session to a file, while it goes on.
final class Recorder {
  private let output: Output
  private var writer: RecordingWriter
  private var flushAt = KernelInstant(nanoseconds: 0)
  private var bytes = 0
  private var hasBegun = false

  /// What is younger is lost when this program is killed.
  private static let flushEvery: UInt64 = 1_000_000_000

  init(_ facts: StartFacts, _ output: Output) {
    self.output = output
    writer = RecordingWriter(facts)
  }

  /// Whether the file takes no more.
  var isClosed: Bool { output.isClosed }

  /// Until then all is kept, and the file left as it is.
  func begin() {
    output.begin()
    hasBegun = true
  }

  func append(_ record: UnsafeRawBufferPointer) {
    if writer.append(record) { write() }
  }

  func append(_ frame: RecordingFrame, texts: TextTable = TextTable()) {
    writer.append(frame, texts: texts)
  }

  /// Writes what there is, though it be little, if that was not done for a while.
  func flush(at now: KernelInstant) {
    guard now >= flushAt else { return }
    flushAt = now.later(by: Self.flushEvery)
    writer.closeBlock()
    write()
  }

  /// Writes the rest.
  func close() throws(Failure) {
    writer.closeBlock()
    write()
    if output.failure != 0 { throw .cannotWrite(path: output.path, code: output.failure) }
  }

  private func write() {
    guard hasBegun else { return }
    bytes += writer.finished.count
    output.write(writer.finished)
    writer.take()
  }

  /// What was recorded, in one line.
  var summary: String {
    let records = writer.recordCount
    let events = records == 1 ? "1 event" : "\(formatCount(records)) events"
    return "wrote \(output.path): \(events) in \(formatBytes(UInt64(bytes)))"
  }
}
