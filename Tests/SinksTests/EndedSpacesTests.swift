// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Reporting
import Symbolization
import TestKit
import Testing

@testable import Sinks

@Suite struct EndedSpacesTests {
  private func resolved(_ id: Int32, _ function: String) -> CallPathResolver.Resolved {
    CallPathResolver.Resolved(
      id: CallPathID(id), space: key(0xa), canonical: CallPathID(id),
      stack: CallPath(frames: [StackFrame(address: 0x4010, function: function)]))
  }

  private func profile() throws -> SpaceProfile {
    let ledger = Ledger()
    _ = ledger.apply(MappingEvent.main.mmap(0x10000, 0x1000).at(10).from(stack: 3))
    _ = ledger.apply(MappingEvent.main.mmap(0x20000, 0x1000).at(11).from(stack: 4))
    return SpaceProfile(
      of: try #require(ledger.space(of: key(0xa))), ledger, verdicts: [],
      at: KernelInstant(nanoseconds: 20))
  }

  @Test("a space waits until all of its call paths are known, and is named by them then")
  func settles() throws {
    var (ended, book) = (EndedSpaces(), CallPathBook())
    ended.add(try profile())
    book.add(resolved(3, "load"))
    ended.settle(at: KernelInstant(nanoseconds: 100), book)
    #expect(ended.callPathsInUse == [CallPathID(3), CallPathID(4)])
    book.add(resolved(4, "store"))
    ended.settle(at: KernelInstant(nanoseconds: 2_000_000_000), book)
    #expect(ended.callPathsInUse == [])
    let functions = ended.allSamples(CallPathBook()).compactMap { $0.callPath?.frames[0].function }
    #expect(functions.sorted() == ["load", "store"])
  }

  @Test("spaces that find no room are counted")
  func full() throws {
    var ended = EndedSpaces()
    let profile = try profile()
    for _ in 0..<100_000 / profile.count { ended.add(profile) }
    #expect(ended.leftOut == 0)
    ended.add(profile)
    ended.add(profile)
    #expect(ended.leftOut == 2)
  }

  @Test("what is not known at the end is in the document all the same, without a name")
  func unknown() throws {
    var (ended, book) = (EndedSpaces(), CallPathBook())
    ended.add(try profile())
    book.add(resolved(3, "load"))
    let samples = ended.allSamples(book)
    #expect(samples.map(\.live.bytes).reduce(0, +) == 0x2000)
    #expect(samples.count { $0.callPath == nil } == 1)
  }
}
