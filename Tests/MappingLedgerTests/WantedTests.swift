// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct WantedTests {
  let ledger = emptySpace()

  @Test("lost records put a space in doubt until the kernel is asked")
  func loss() {
    ledger.noteLoss(in: key(0xa))
    #expect(ledger.space()?.hasLostEvents == true)
    #expect(ledger.wants() == .lost)
    ledger.merge(
      SpaceSnapshot(key: key(0xa), totals: SpaceTotals(), areas: []),
      at: KernelInstant(nanoseconds: 9), reason: .lost)
    #expect(ledger.space()?.hasLostEvents == false)
  }

  @Test("a loss in an unknown space changes nothing")
  func strangeLoss() {
    ledger.noteLoss(in: key(0xf))
    #expect(ledger.wanted.isEmpty)
  }

  @Test("a wanted space is handed out once")
  func takenOnce() {
    ledger.play(.main.unsure())
    #expect(ledger.takeWanted() == [key(0xa): .unsure])
    #expect(ledger.takeWanted().isEmpty)
  }

  @Test("a loss is the stronger reason, and an unknown space stays unknown")
  func precedence() {
    ledger.play(.main.unsure())
    ledger.noteLoss(in: key(0xa))
    ledger.play(.main.unsure())
    #expect(ledger.wants() == .lost)
    let stranger = Caller(300, in: 0xc)
    ledger.play(stranger.mmap(0x10000, 0x1000), stranger.unsure())
    #expect(ledger.wants(0xc) == .unknown)
  }

  @Test("a forked child keeps the doubts about its parent")
  func inheritedLoss() {
    ledger.noteLoss(in: key(0xa))
    ledger.play(.main.fork(200, in: 0xb))
    #expect(ledger.space(0xb)?.hasLostEvents == true)
    #expect(ledger.wants(0xb) != nil)
  }
}
