// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Calls whose effect only the kernel knows.
@Suite struct DoubtTests {
  let ledger = emptySpace()

  private var doubts: [String] { ledger.space()?.doubts.ranges.map { text($0) } ?? [] }

  @Test("a space is in doubt until it is listed")
  func unlisted() {
    let stranger = Caller(300, in: 0xc)
    ledger.play(stranger.mmap(0x10000, 0x1000))
    #expect(ledger.space(0xc)?.doubts == .everything)
    ledger.merge(
      SpaceSnapshot(key: key(0xc), totals: SpaceTotals(), areas: []),
      at: KernelInstant(nanoseconds: 9), reason: .unknown)
    #expect(ledger.space(0xc)?.doubts.isEmpty == true)
  }

  @Test("a difference inside a doubt is no drift; one outside is")
  func drift() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.mprotect(0x10000, 0x2000, .write, error: 13))
    #expect(doubts == ["10000-12000"])
    let drift = ledger.merge(
      SpaceSnapshot(
        key: key(0xa), totals: SpaceTotals(),
        areas: [
          .anonymous(0x10000, 0x11000, .write), .anonymous(0x11000, 0x13000),
          .anonymous(0x13000, 0x14000, .read),
        ]),
      at: KernelInstant(nanoseconds: 9), reason: .unsure)
    #expect(drift.map { text($0.range) } == ["13000-14000"])
    #expect(ledger.layout() == ["10000-11000 -w-", "11000-13000 rw-", "13000-14000 r--"])
    #expect(doubts == [])
  }

  @Test("an mprotect that met a hole may have stopped before it, for lack of memory")
  func hole() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mprotect(0x10000, 0x4000, .read, error: 12))
    #expect(ledger.layout() == ["10000-12000 r--"])
    #expect(doubts == ["10000-14000"])
    #expect(ledger.wants() == .unsure)
  }

  @Test("a failed mprotect of a single page leaves no doubt")
  func onePage() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mprotect(0x10000, 0x1000, .read, error: 12))
    #expect(ledger.layout() == ["10000-12000 rw-"])
    #expect(doubts == [])
  }

  @Test(
    "a failed mprotect of several pages leaves them in doubt: they can be several areas of the kernel"
  )
  func oneMapping() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mprotect(0x10000, 0x2000, .read, error: 1))
    #expect(doubts == ["10000-12000"])
  }

  @Test("a failed mremap to a fixed address leaves source and destination in doubt")
  func fixedMove() {
    ledger.play(
      .main.mmap(0x10_0000_0000, 0x1000), .main.mremapEntered(0x10_0000_0000, 0x1000),
      .main.mremap(0x10_0000_0000, 0x1000, to: nil, 0x1000, [.mayMove, .fixed]))
    #expect(ledger.space()?.isDoubtful(0x10_0000_0000, 0x1000) == true)
    #expect(ledger.space()?.isDoubtful(0, 0x1000) == true)
    #expect(ledger.space()?.isDoubtful(0x7f00_0000_0000, 0x1000) == false)
  }

  @Test("a mapping that is moved out of a doubtful range is in doubt at its destination")
  func moved() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mprotect(0x10000, 0x2000, .read, error: 13),
      .main.mremapEntered(0x10000, 0x1000), .main.mremap(0x10000, 0x1000, to: 0x80000, 0x3000))
    #expect(doubts == ["10000-12000", "80000-83000"])
  }

  @Test("a forked child has the doubts of its parent")
  func inherited() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mprotect(0x10000, 0x2000, .read, error: 13),
      .main.fork(200, in: 0xb))
    #expect(ledger.space(0xb)?.doubts == ledger.space()?.doubts)
    #expect(ledger.wants(0xb) == .forked)
  }

  @Test("a space that could not be listed is wanted again while a process lives in it")
  func again() {
    ledger.wantAgain(key(0xa), .lost)
    ledger.wantAgain(key(0xf), .lost)
    #expect(ledger.takeWanted(key(0xf)) == nil)
    #expect(ledger.takeWanted(key(0xa)) == .lost)
    #expect(ledger.wanted.isEmpty)
    ledger.play(.main.exit(last: true))
    ledger.wantAgain(key(0xa), .lost)
    #expect(ledger.wanted.isEmpty)
  }
}

extension Space {
  fileprivate func isDoubtful(_ start: UInt64, _ length: UInt64) -> Bool {
    doubts.overlaps(AddressRange(start: start, length: length))
  }
}
