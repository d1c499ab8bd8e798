// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import MappingEvents
import MappingLedger
import Pipeline
import Reporting
import Sinks
import Symbolization
import TestKit
import Testing

@Suite struct NDJSONSinkTests {
  private static let main = MappingEvent.main

  /// Types of the lines that a run writes, in order.
  private func types(
    _ wanted: Set<LineType>, _ run: (Pipeline) -> Void
  ) throws -> [String] {
    let path = FileManager.default.temporaryDirectory.path + "/bpfleak-lines.\(UUID().uuidString)"
    defer { unlink(path) }
    let output = try Output(path: path)
    let sink = NDJSONSink(output, types: wanted, leastBytes: 0, ownProcess: ProcessID(9))
    let pipeline = Pipeline(
      .run(), Pipeline.Options(resolvesCallPaths: false), machine: TableMachine(), sinks: [sink])
    pipeline.open()
    run(pipeline)
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      String(line.split(separator: "\"").dropFirst(2).first { $0 != ":" } ?? "")
    }
  }

  private func at(_ nanoseconds: UInt64) -> KernelInstant {
    KernelInstant(nanoseconds: nanoseconds)
  }

  @Test("the line of a call path stands right before the first line that speaks of it")
  func callPath() throws {
    let types = try types([.mmap, .stack]) { pipeline in
      pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10).from(stack: 3))
      pipeline.take(Self.main.mmap(0x20000, 0x1000).at(11).from(stack: 3))
      pipeline.add(
        CallPathResolver.Resolved(
          id: CallPathID(3), space: key(0xa), canonical: CallPathID(3),
          stack: CallPath(frames: [], incomplete: nil)))
      pipeline.flush(at: at(12))
    }
    #expect(types == ["stack", "mmap", "mmap"])
  }

  @Test("lines wait two seconds for a call path, and then go out without it")
  func waits() throws {
    var early = 0
    let types = try types([.mmap, .stack]) { pipeline in
      pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10).from(stack: 3))
      pipeline.flush(at: at(1_000_000_000))
      early = pipeline.isWaitingForCallPaths ? 0 : 1
      pipeline.flush(at: at(2_999_999_999))
      early += pipeline.isWaitingForCallPaths ? 0 : 1
      pipeline.flush(at: at(3_000_000_000))
    }
    #expect(early == 0)
    #expect(types == ["stack", "mmap"])
  }

  @Test("the line of a munmap that failed is taken out while it is not written yet")
  func takenBack() throws {
    let types = try types([.mmap, .munmap]) { pipeline in
      pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
      pipeline.take(Self.main.munmap(0x10000, 0x1000).at(11))
      pipeline.take(Self.main.munmapFailed().at(12))
      pipeline.flush(at: at(13))
    }
    #expect(types == ["mmap"])
  }

  @Test("a munmap line that is out is taken back by another line")
  func takenBackLate() throws {
    let types = try types([.mmap, .munmap]) { pipeline in
      pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
      pipeline.take(Self.main.munmap(0x10000, 0x1000).at(11))
      pipeline.flush(at: at(12))
      pipeline.take(Self.main.munmapFailed().at(13))
      pipeline.flush(at: at(14))
    }
    #expect(types == ["mmap", "munmap", "munmap_failed"])
  }

  @Test("nothing is written of a run that does not come to be, and the file stays as it was")
  func notOpened() throws {
    let path = FileManager.default.temporaryDirectory.path + "/bpfleak-kept.\(UUID().uuidString)"
    defer { unlink(path) }
    try "what was there\n".write(toFile: path, atomically: true, encoding: .utf8)
    do {
      let sink = NDJSONSink(
        try Output(path: path), types: [.mmap], leastBytes: 0, ownProcess: ProcessID(9))
      let pipeline = Pipeline(
        .run(), Pipeline.Options(resolvesCallPaths: false), machine: TableMachine(), sinks: [sink])
      pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
      pipeline.flush(at: at(20), isLast: true)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "what was there\n")
  }
}
