// SPDX-License-Identifier: Apache-2.0
import Drivers
import Glibc
import MappingEvents
import Pipeline
import Renderers
import Reporting
import Sinks

/// The files that a run writes. They are opened before anything starts.
struct RunOutputs {
  let main: Output
  let recording: Output?

  init(_ settings: TraceSettings) throws(Failure) {
    main = try Self.open(settings.outputPath)
    recording = try settings.recordingPath.map { (path) throws(Failure) in try Self.open(path) }
  }

  private static func open(_ path: String?) throws(Failure) -> Output {
    do throws(OutputError) {
      return try Output(path: path) { StopSignals.isToldToStop }
    } catch {
      throw Failure(error)
    }
  }

  /// Tells a waiting user what will be written, and how to get it now.
  func announce(_ settings: TraceSettings) {
    guard settings.form.isWrittenAtEnd, !settings.quiet, isatty(STDERR_FILENO) == 1 else { return }
    let when = settings.duration == nil ? "at the end; Ctrl-C ends it" : "at the end, or at Ctrl-C"
    Main.say("tracing; \(main.path) is written \(when)")
  }
}

extension Failure {
  init(_ error: OutputError) { self = .cannotWrite(path: error.path, code: error.code) }
}

extension TraceSettings {
  /// The sinks of a run, chosen once.
  func sinks(
    _ output: Output, _ facts: StartFacts, liveView: LiveViewSink?, recording: RecordingSink?,
    isReplay: Bool
  ) -> [any Sink] {
    var sinks: [any Sink] = []
    if let recording { sinks.append(recording) }
    if let liveView { sinks.append(liveView) }
    switch form {
    case .text:
      sinks.append(
        TextSink(
          output, isFollowed: !isReplay && recording == nil && liveView == nil,
          isShort: liveView != nil, showsRules: verbose
        ) { MeminfoScreen()?.columns })
    case .ndjson:
      sinks.append(
        NDJSONSink(output, types: lineTypes, leastBytes: leastBytes, ownProcess: facts.ownProcess))
    case .folded: sinks.append(document(output, .folded))
    case .flamegraph: sinks.append(document(output, .flamegraph))
    case .pprof: sinks.append(document(output, .pprof))
    case .html: sinks.append(document(output, .html))
    }
    return sinks
  }

  private func document(_ output: Output, _ format: DocumentSink.Format) -> DocumentSink {
    let isQuiet = quiet
    return DocumentSink(output, format) { if !isQuiet { Main.say($0) } }
  }

  /// The status of a finished run. Also says what was written to a file, because a user of `--output` sees
  /// nothing else of the run.
  func status(of pipeline: Pipeline, _ output: Output) throws(Failure) -> Int32 {
    do throws(OutputError) { try output.check() } catch { throw Failure(error) }
    let standings = pipeline.book.verdicts.map(\.standing)
    if let outputPath, !quiet, !output.isClosed {
      let found = verdictHeadline(standings, isFinal: true)
      Main.say("wrote \(outputPath): \(found.prefix(1).lowercased())\(found.dropFirst())")
    }
    return failsOnLeak && standings.contains(.leaking) ? 3 : 0
  }
}
