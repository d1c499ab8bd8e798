// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Testing

@testable import LeakDetection

@Suite struct ScepticismTests {
  private let policy = ScepticismPolicy()

  private func factor(_ kind: MappingKind, _ known: Circumstances) -> UInt64 {
    policy.doubts(about: kind, known).factor
  }

  @Test("nothing is doubted where nothing is known against it")
  func none() {
    #expect(policy.doubts(about: .anonymous, Circumstances()) == Doubts())
    #expect(factor(.anonymous, Circumstances()) == 1)
  }

  @Test("each doubt has its factor, and several multiply")
  func factors() {
    let lost = Circumstances(lostEvents: true)
    #expect(factor(.anonymous, lost) == 2)
    #expect(factor(.threadStack, Circumstances()) == 4)
    #expect(factor(.threadStack, lost) == 8)
    #expect(factor(.heap, Circumstances(hasGoHeap: true)) == 2)
    #expect(factor(.heap, Circumstances(lostEvents: true, hasGoHeap: true)) == 4)
    #expect(factor(.anonymous, Circumstances(hasGoHeap: true)) == 1)
    let both = policy.doubts(about: .threadStack, lost)
    #expect(both.contains(.lostEvents) && both.contains(.threadPool) && !both.contains(.goHeap))
  }

  @Test("a verdict tells each doubt with its factor")
  func told() {
    #expect(policy.evidence(about: .anonymous, Circumstances()) == [])
    #expect(
      policy.evidence(about: .threadStack, Circumstances(lostEvents: true))
        == [.waitedLonger(.threadPool, times: 4), .lostEvents])
    #expect(
      policy.evidence(about: .heap, Circumstances(hasGoHeap: true))
        == [.waitedLonger(.goHeap, times: 2)])
    #expect(
      policy.evidence(about: .anonymous, Circumstances(lostEvents: true, collector: 4))
        == [.waitedLonger(.collector, times: 4), .lostEvents])
  }

  @Test("a collector's patience stands for other doubts, but no collector ends threads")
  func collectors() {
    let java = Circumstances(lostEvents: true, hasGoHeap: true, collector: 4)
    #expect(factor(.anonymous, java) == 4 && factor(.heap, java) == 4)
    #expect(factor(.threadStack, java) == 8)
  }

  @Test("48 running threads of which none ended are doubted half as much")
  func unpooled() {
    let doubts = policy.doubts(about: .threadStack, Circumstances())
    var seen = Observation(at: 0, [])
    seen.origin.kind = .threadStack
    seen.live.count = 48
    #expect(policy.easedDoubts(doubts, about: seen).factor == 2)
    seen.live.count = 47
    #expect(policy.easedDoubts(doubts, about: seen).factor == 4)
    seen.live.count = 48
    seen.freed.count = 1
    #expect(policy.easedDoubts(doubts, about: seen).factor == 4)
  }
}
