// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Pipeline
import TestKit
import Testing

/// A pipeline for tests: call paths are not resolved, so nothing runs beside it.
func pipeline(
  _ sinks: [any Sink], _ machine: TableMachine = TableMachine(),
  scope: StartFacts.Scope = .processes([ProcessID(100)])
) -> Pipeline {
  Pipeline(
    .run(scope), Pipeline.Options(resolvesCallPaths: false), machine: machine, sinks: sinks)
}

@Suite struct SinkNeedsTests {
  private static let main = MappingEvent.main

  @Test("each of several sinks is told what it needs, and no more")
  func several() {
    let (events, reports) = (SinkProbe([.events]), SinkProbe([.reports]))
    let pipeline = pipeline([events, reports])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(.reported(at: KernelInstant(nanoseconds: 20)))
    pipeline.take(.finished(at: KernelInstant(nanoseconds: 30)))
    #expect(events.told == ["began", "mapped by 100", "finished"])
    #expect(reports.told == ["began", "report of 1", "finished"])
  }

  @Test("the machine is not asked what no sink needs")
  func asksNothing() {
    let machine = TableMachine()
    let pipeline = pipeline([SinkProbe([.events])], machine)
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(.judged(at: KernelInstant(nanoseconds: 20)))
    pipeline.take(.reported(at: KernelInstant(nanoseconds: 30)))
    pipeline.take(.finished(at: KernelInstant(nanoseconds: 40)))
    #expect(machine.asked == [])
  }

  @Test("two sinks that need one report share it: the machine is asked once")
  func shared() {
    let machine = TableMachine()
    let pipeline = pipeline([SinkProbe([.reports]), SinkProbe([.reports])], machine)
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(.reported(at: KernelInstant(nanoseconds: 30)))
    #expect(machine.asked == ["resident 100"])
  }

  @Test("a sink that keeps inputs sees each before the answers that it asks for")
  func inputsFirst() {
    let probe = SinkProbe([.inputs, .events, .processes])
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(.marked(at: KernelInstant(nanoseconds: 20)))
    #expect(
      probe.told == ["began", "process 100 -", "mapped by 100", "input marked", "mark 1"])
  }

  @Test("a run is over once one of its sinks has lost its reader")
  func closed() {
    let (open, gone) = (SinkProbe([]), SinkProbe([]))
    let pipeline = pipeline([open, gone])
    #expect(!pipeline.isClosed)
    gone.isClosed = true
    #expect(pipeline.isClosed)
  }
}
