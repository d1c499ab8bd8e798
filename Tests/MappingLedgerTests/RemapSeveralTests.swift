// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Since Linux 6.17, one mremap with MREMAP_FIXED can move several areas and the gaps between them.
@Suite struct RemapSeveralTests {
  let ledger = emptySpace()

  @Test("what is mapped at the destination of a gap stays")
  func gap() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x12000, 0x1000, .read),
      .main.mmap(0x80000, 0x4000, []), .main.mremapEntered(0x10000, 0x4000),
      .main.mremap(0x10000, 0x4000, to: 0x80000, 0x4000, [.mayMove, .fixed]))
    #expect(
      ledger.layout() == [
        "80000-81000 rw-", "81000-82000 ---", "82000-83000 r--", "83000-84000 ---",
      ])
    #expect(ledger.space()?.accountedBytes == 0x4000)
  }

  @Test("a piece of a mapping at either end is cut off")
  func cut() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x12000, 0x2000, .read),
      .main.mremapEntered(0x11000, 0x2000),
      .main.mremap(0x11000, 0x2000, to: 0x80000, 0x2000, [.mayMove, .fixed]))
    #expect(
      ledger.layout() == [
        "10000-11000 rw-", "13000-14000 r--", "80000-81000 rw-", "81000-82000 r--",
      ])
  }
}
