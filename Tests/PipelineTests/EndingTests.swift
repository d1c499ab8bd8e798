// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Pipeline
import Reporting
import Symbolization
import TestKit
import Testing

@Suite struct EndingTests {
  private static let main = MappingEvent.main
  private static let path = CallPath(
    frames: [
      StackFrame(address: 0x4010, function: "take_page", module: "/bin/server", offset: 0x10)
    ], incomplete: nil)

  @Test("a space that ends is told while its table is still there")
  func whole() {
    let probe = SinkProbe([.endings])
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(ended(0xa).at(11))
    #expect(probe.told == ["began", "end of space 1, 1 mappings"])
    #expect(pipeline.ledger.space(of: key(0xa)) == nil)
  }

  @Test("a call path that is resolved after its space ended is named in the profile all the same")
  func late() throws {
    let probe = SinkProbe([.endings])
    var kept: [SpaceProfile] = []
    probe.onEnd = { space, pipeline in
      kept.append(
        SpaceProfile(
          of: space, pipeline.ledger, verdicts: [], at: KernelInstant(nanoseconds: 11)))
    }
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10).from(stack: 3))
    // Nothing waits here for the call path.
    pipeline.take(ended(0xa).at(11))
    pipeline.add(
      CallPathResolver.Resolved(
        id: CallPathID(3), space: key(0xa), canonical: CallPathID(3), stack: Self.path))
    let profile = try #require(kept.first)
    #expect(profile.callPaths == [CallPathID(3)])
    let samples = profile.samples { pipeline.callPaths.book[$0] }
    #expect(samples.count == 1)
    #expect(samples.first?.callPath?.frames.first?.function == "take_page")
    #expect(samples.first?.live.bytes == 0x1000)
  }

  @Test("ids of one call path are one sample of what both mapped")
  func equal() throws {
    var kept: SpaceProfile?
    let probe = SinkProbe([.endings])
    probe.onEnd = { space, pipeline in
      kept = SpaceProfile(
        of: space, pipeline.ledger, verdicts: [], at: KernelInstant(nanoseconds: 20))
    }
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10).from(stack: 3))
    pipeline.take(Self.main.mmap(0x20000, 0x3000).at(12).from(stack: 4))
    pipeline.take(ended(0xa).at(20))
    let samples = try #require(kept).samples { _ in Self.path }
    let both = ProfileSample.Amount(count: 2, bytes: 0x4000)
    #expect(samples.count == 1)
    #expect(samples.first?.live == both)
    #expect(samples.first?.mapped == both)
  }
}
