// SPDX-License-Identifier: Apache-2.0
import Drivers
import MappingEvents
import Pipeline
import Recording

/// A run that replays a recording: the same inputs, in the same order, at the same times.
struct ReplayRun {
  let recording: RecordedFile
  let facts: StartFacts
  let settings: TraceSettings

  /// Returns the exit status.
  func run() throws(Failure) -> Int32 {
    let outputs = try RunOutputs(settings)
    let output = outputs.main
    if output.isFile(at: recording.path) { throw .overwritesRecording(path: output.path) }
    var options = settings.pipelineOptions
    options.resolvesCallPaths = false
    let machine = ReplayedMachine(pageBytes: facts.pageBytes)
    let pipeline = Pipeline(
      facts, options, machine: machine,
      sinks: settings.sinks(output, facts, liveView: nil, recording: nil, isReplay: true))
    var reader = try recording.reader()
    pipeline.open()
    var driver = ReplayDriver(pipeline, machine)
    let isFinished = driver.run(&reader)
    guard !output.isClosed else { return try settings.status(of: pipeline, output) }
    if let focus = settings.focus, !driver.hasWhatIsAskedAbout {
      throw .notInRecording(focus, path: recording.path)
    }
    let status = try settings.status(of: pipeline, output)
    guard isFinished, reader.damage.isNone else {
      let failure = Failure.damagedRecording(
        path: recording.path, reader.damage, events: pipeline.coverage.events)
      if status == 0 { throw failure }
      Main.say(failure.sentence)
      return status
    }
    return status
  }
}
