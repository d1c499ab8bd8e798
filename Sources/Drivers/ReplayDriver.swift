// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
package import Pipeline
package import Recording
import Symbolization

/// Feeds a pipeline from a recording, in the same order and at the same times. Asks nobody and waits for
/// nothing.
package struct ReplayDriver {
  let pipeline: Pipeline
  let machine: ReplayedMachine
  private var isFinished = false
  /// How far the replay is.
  private var latest: KernelInstant
  /// Records that the recording has lost.
  private var missing: UInt64 = 0
  /// Call paths that turned out to be the same, after the item before.
  private var unified: [(CallPathID, CallPathID)] = []

  package init(_ pipeline: Pipeline, _ machine: ReplayedMachine) {
    self.pipeline = pipeline
    self.machine = machine
    latest = pipeline.facts.began
  }

  /// Replays to the end, or until the reader is gone. Returns whether the recording told how the run ended.
  package mutating func run(_ reader: inout RecordingReader) -> Bool {
    while !pipeline.isClosed, let item = reader.next(texts: &pipeline.texts) {
      take(item, &reader)
    }
    if !pipeline.isClosed, !isFinished { finish() }
    return isFinished
  }

  private mutating func take(_ item: RecordingReader.Item, _ reader: inout RecordingReader) {
    switch item {
    case .record(let record):
      // Decoded first: the record is gone when the reader goes on.
      let event = pipeline.decode(record)
      readAnswers(&reader)
      if let event {
        latest = max(latest, event.when)
        pipeline.take(event)
      }
      unifyAnswered()
    case .frame(.input(let input)):
      readAnswers(&reader, for: input)
      take(input)
      unifyAnswered()
      pipeline.flush(at: latest)
    // Blocks repeat it, also between an item and its answers.
    case .frame(.start):
      readAnswers(&reader)
      unifyAnswered()
    // An answer without its question. The item that it belonged to is damaged.
    case .frame(.answer): break
    case .gap(let records):
      pipeline.applyWindow()
      missing &+= records
      let note = LossNote(
        at: latest, total: pipeline.coverage.lost &+ records, count: records, spaces: [],
        isComplete: false, reason: .recordingDamaged)
      pipeline.take(.lost(note))
    }
  }

  private mutating func take(_ input: PipelineInput) {
    switch input {
    case .windowBegan, .auditBegan, .callsEnded: pipeline.take(input)
    case .joined(let lists):
      latest = max(latest, lists.when)
      pipeline.take(input)
    case .mending:
      pipeline.begin()
      _ = pipeline.takeWanted()
    case .lost(var note):
      reach(note.when)
      note.total &+= missing
      pipeline.take(.lost(note))
    case .finished(let when):
      reach(when)
      isFinished = true
      if hasWhatIsAskedAbout { pipeline.take(input) }
    case .viewed(_, let when), .relisted(_, let when), .auditEnded(_, _, let when),
      .judged(let when), .reported(let when), .dumped(let when), .marked(let when):
      reach(when)
      pipeline.take(input)
    }
  }

  private mutating func reach(_ when: KernelInstant) {
    pipeline.begin()
    latest = max(latest, when)
  }

  /// Ends a recording that does not say how the run ended.
  private mutating func finish() {
    pipeline.applyWindow()
    pipeline.begin()
    if hasWhatIsAskedAbout { pipeline.take(.finished(at: latest)) }
  }

  /// False where one process was asked about that is not there.
  package var hasWhatIsAskedAbout: Bool {
    pipeline.options.focus == nil || pipeline.focusedSpace != nil
  }

  // MARK: Answers

  private mutating func readAnswers(
    _ reader: inout RecordingReader, for input: PipelineInput
  ) {
    switch input {
    case .judged, .reported, .finished: machine.forgetRanges()
    case .windowBegan, .joined, .mending, .viewed, .lost, .relisted, .auditBegan, .auditEnded,
      .callsEnded, .dumped, .marked:
      break
    }
    readAnswers(&reader)
  }

  /// Notes the answers that were asked for because of the item before.
  private mutating func readAnswers(_ reader: inout RecordingReader) {
    while reader.nextIsAnswer() {
      guard case .frame(.answer(let answer))? = reader.next(texts: &pipeline.texts) else { return }
      switch answer {
      case .callPath(let resolved):
        pipeline.add(resolved)
        if resolved.canonical != resolved.id { unified.append((resolved.id, resolved.canonical)) }
      case .module(let path, let id): pipeline.add(buildID: id, of: path)
      case .path:
        machine.note(answer)
        pipeline.forgetMissingPaths()
      case .process, .resident, .residentRanges, .limits, .text: machine.note(answer)
      }
    }
  }

  /// Joins the call paths that were found to be the same after the item before was taken in.
  private mutating func unifyAnswered() {
    for (id, canonical) in unified { pipeline.unify(id, with: canonical) }
    unified.removeAll(keepingCapacity: true)
  }
}
