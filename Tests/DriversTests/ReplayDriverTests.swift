// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Pipeline
import Recording
import Symbolization
import TestKit
import Testing

@testable import Drivers

@Suite struct ReplayDriverTests {
  private func at(_ nanoseconds: UInt64) -> KernelInstant {
    KernelInstant(nanoseconds: nanoseconds)
  }

  /// Replays frames; each may end a block. Answers whether the recording told how the run ended.
  private func replay(
    _ frames: [(RecordingFrame, endsBlock: Bool)], _ probe: SinkProbe
  ) throws -> (pipeline: Pipeline, isFinished: Bool) {
    var writer = RecordingWriter(.run())
    for (frame, endsBlock) in frames {
      writer.append(frame)
      if endsBlock { writer.closeBlock() }
    }
    writer.closeBlock()
    let machine = ReplayedMachine(pageBytes: 4096)
    let pipeline = Pipeline(
      .run(), Pipeline.Options(resolvesCallPaths: false), machine: machine, sinks: [probe])
    let file = writer.finished
    let isFinished = try file.withUnsafeBytes { bytes in
      var reader = try RecordingReader(bytes)
      var driver = ReplayDriver(pipeline, machine)
      return driver.run(&reader)
    }
    return (pipeline, isFinished)
  }

  private func resolved(_ id: Int32, as canonical: Int32) -> RecordedAnswer {
    .callPath(
      CallPathResolver.Resolved(
        id: CallPathID(id), space: key(0xa), canonical: CallPathID(canonical),
        stack: CallPath(frames: [], incomplete: nil)))
  }

  @Test("inputs are replayed in order, at the times they were taken in")
  func inOrder() throws {
    let probe = SinkProbe([.inputs])
    let run = try replay(
      [
        (.input(.judged(at: at(10))), false), (.input(.marked(at: at(11))), false),
        (.input(.finished(at: at(12))), false),
      ], probe)
    #expect(run.isFinished)
    #expect(
      probe.told
        == ["began", "input judged", "input marked", "mark 1", "input finished", "finished"])
  }

  @Test("answers that stand behind the start facts of a new block belong to the item before")
  func acrossBlocks() throws {
    // Every 16th block begins with the start facts: fill 15, so that the answer opens one of those.
    var frames: [(RecordingFrame, endsBlock: Bool)] = (0..<16).map {
      (.input(.judged(at: at(UInt64(10 + $0)))), true)
    }
    frames.append((.answer(resolved(3, as: 3)), false))
    frames.append((.input(.finished(at: at(40))), false))
    let run = try replay(frames, SinkProbe([]))
    #expect(run.pipeline.callPaths.book.isKnown(CallPathID(3)))
  }

  @Test("a recording that does not say how its run ended is finished at its latest time")
  func cut() throws {
    let probe = SinkProbe([])
    let run = try replay([(.input(.judged(at: at(10))), false)], probe)
    #expect(!run.isFinished)
    #expect(probe.told == ["began", "finished"])
  }

  @Test("call paths that were found to be equal are joined after the item before")
  func unified() throws {
    let run = try replay(
      [
        (.input(.judged(at: at(10))), false), (.answer(resolved(3, as: 3)), false),
        (.answer(resolved(4, as: 3)), false), (.input(.finished(at: at(40))), false),
      ], SinkProbe([]))
    #expect(run.pipeline.ledger.canonical(CallPathID(4)) == CallPathID(3))
  }
}
