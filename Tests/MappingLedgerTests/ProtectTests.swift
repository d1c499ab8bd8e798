// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct ProtectTests {
  let ledger = emptySpace()

  @Test("protecting the middle makes three pieces of one origin")
  func middle() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.mprotect(0x11000, 0x1000, [])) == "protected 11000-12000 ---")
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 ---", "12000-14000 rw-"])
    #expect(ledger.mapping(at: 0x11000)?.origin == ledger.mapping(at: 0x10000)?.origin)
  }

  @Test("protecting back leaves one entry and no fragments")
  func back() {
    ledger.play(.main.mmap(0x10000, 0x40000))
    for page in 0..<64 as Range<UInt64> {
      ledger.play(.main.mprotect(0x10000 + page << 12, 0x1000, .read))
    }
    #expect(ledger.layout() == ["10000-50000 r--"])
    for page in (0..<64 as Range<UInt64>).reversed() {
      ledger.play(.main.mprotect(0x10000 + page << 12, 0x1000, [.read, .write]))
    }
    #expect(ledger.layout() == ["10000-50000 rw-"])
  }

  @Test("mappings of two calls stay two entries when their protection becomes equal")
  func neighbors() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000, .read),
      .main.mprotect(0x10000, 0x2000, .read))
    #expect(ledger.layout() == ["10000-11000 r--", "11000-12000 r--"])
  }

  @Test("setting the protection that a mapping already has splits nothing")
  func unchanged() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.mprotect(0x11000, 0x1000, [.read, .write]))
    #expect(ledger.layout() == ["10000-14000 rw-"])
  }

  @Test("a length is rounded up to whole pages, and a length of 0 changes nothing")
  func rounding() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.mprotect(0x10000, 1, .read))
    #expect(ledger.layout() == ["10000-11000 r--", "11000-14000 rw-"])
    #expect(ledger.play(.main.mprotect(0x12000, 0, .read)) == "none")
    #expect(ledger.play(.main.mprotect(0x12010, 0x1000, .read, error: 22)) == "none")
    #expect(ledger.layout() == ["10000-11000 r--", "11000-14000 rw-"])
  }

  @Test("an mprotect that met a hole has changed everything below it")
  func hole() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000), .main.mmap(0x14000, 0x1000))
    #expect(
      ledger.play(.main.mprotect(0x10000, 0x5000, .read, error: 12))
        == "protected 10000-12000 r--")
    #expect(ledger.layout() == ["10000-11000 r--", "11000-12000 r--", "14000-15000 rw-"])
  }

  @Test("an mprotect that begins in a hole has changed nothing")
  func holeFirst() {
    ledger.play(.main.mmap(0x14000, 0x1000))
    #expect(ledger.play(.main.mprotect(0x10000, 0x5000, .read, error: 12)) == "none")
    #expect(ledger.layout() == ["14000-15000 rw-"])
    #expect(ledger.wants() == nil)
  }

  @Test("an mprotect of a single page that was refused has changed nothing")
  func refused() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.mprotect(0x11000, 0x1000, .write, error: 13)) == "none")
    #expect(ledger.layout() == ["10000-14000 rw-"])
    #expect(ledger.wants() == nil)
  }

  @Test("when an mprotect of several mappings was refused, the kernel is asked")
  func refusedLater() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000),
      .main.mprotect(0x10000, 0x2000, .write, error: 13))
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 rw-"])
    #expect(ledger.wants() == .unsure)
  }

  @Test("when an mprotect was refused before it reached a hole, the kernel is asked")
  func refusedBeforeHole() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000),
      .main.mprotect(0x10000, 0x4000, .write, error: 13))
    #expect(ledger.wants() == .unsure)
  }

  @Test(
    "after PROT_GROWSDOWN or PROT_GROWSUP the kernel is asked",
    arguments: [0x100_0000, 0x200_0000] as [UInt64])
  func growing(bit: UInt64) {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.mprotect(0x12000, 0x1000, raw: bit | 1)) == "unsure")
    #expect(ledger.wants() == .unsure)
  }
}
