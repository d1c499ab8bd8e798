// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// munmap is recorded when it is entered, so its failure becomes known later.
@Suite struct UnmapFailureTests {
  let ledger = emptySpace()

  @Test("a failed munmap brings back everything it removed, in one piece and with its past")
  func restore() throws {
    ledger.play(.main.mmap(0x10000, 0x4000).at(7).from(stack: 3))
    let before = try #require(ledger.mapping(at: 0x11000))
    ledger.play(.main.munmap(0x11000, 0x1000))
    #expect(ledger.play(.main.munmapFailed()) == "restored 1000")
    #expect(ledger.layout() == ["10000-14000 rw-"])
    #expect(ledger.mapping(at: 0x11000) == before)
    #expect(ledger.activity()?.unmaps == 0)
    #expect(ledger.activity()?.unmappedBytes == 0)
  }

  @Test("a failed munmap brings back the pieces of several mappings, each in its place")
  func restoreMany() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x12000, 0x1000, [.read]),
      .main.mmap(0x15000, 0x2000))
    let before = ledger.layout()
    ledger.play(.main.munmap(0x11000, 0x5000), .main.munmapFailed())
    #expect(ledger.layout() == before)
  }

  @Test("calls of other threads do not hide the call that failed")
  func othersInBetween() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .other.mmap(0x20000, 0x2000),
      .main.munmap(0x10000, 0x4000),
      .other.munmap(0x20000, 0x1000), .other.mmap(0x30000, 0x1000),
      .other.munmap(0x30000, 0x1000),
      .main.munmapFailed())
    #expect(ledger.layout() == ["10000-14000 rw-", "21000-22000 rw-"])
  }

  @Test("of two calls that run at once, each failure undoes its own call")
  func twoFailures() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x2000),
      .main.munmap(0x10000, 0x2000), .other.munmap(0x20000, 0x1000),
      .main.munmapFailed())
    #expect(ledger.layout() == ["10000-12000 rw-", "21000-22000 rw-"])
    ledger.play(.other.munmapFailed())
    #expect(ledger.layout() == ["10000-12000 rw-", "20000-22000 rw-"])
  }

  @Test("a mapping that another thread made in the hole before the failure stays")
  func holeTaken() {
    ledger.play(
      .main.mmap(0x10000, 0x4000),
      .main.munmap(0x10000, 0x4000),
      .other.mmap(0x11000, 0x1000, [.read], [.private, .anonymous, .fixed]))
    #expect(ledger.play(.main.munmapFailed()) == "restored 3000")
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 r--", "12000-14000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x4000)
  }

  @Test("a call that is refused at once does not bring back what an earlier call freed")
  func refusedAfterSuccess() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.munmap(0x10000, 0x4000),
      .main.munmap(0x10010, 0x1000))
    #expect(ledger.play(.main.munmapFailed()) == "restored 0")
    #expect(ledger.layout() == [])
  }

  @Test("when a call fails that was never seen, the kernel is asked")
  func entryUnseen() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.munmapFailed()) == "unsure")
    #expect(ledger.wants() == .unsure)
  }

  @Test(
    "a call that took long brings back everything it removed, however many other calls came in between"
  )
  func keptWaiting() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000, [.read]),
      .main.munmap(0x10000, 0x2000))
    // First one call less than would overwrite the last of its three notes, then one more each, then many.
    for others in [2046, 1, 1, 1, 9000] {
      for _ in 0..<others { ledger.play(.other.munmap(0x90000, 0x1000)) }
      #expect(ledger.play(.main.munmapFailed()) == "restored 2000")
      #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 r--"])
      ledger.play(.main.munmap(0x10000, 0x2000))
    }
    #expect(ledger.wants() == nil)
  }

  @Test("a failure of a thread that did something else since brings nothing back")
  func heardOfSince() {
    ledger.play(.main.mmap(0x10000, 0x1000), .main.munmap(0x10000, 0x1000))
    for _ in 0..<3000 { ledger.play(.other.munmap(0x90000, 0x1000)) }
    ledger.play(.main.mmap(0x40000, 0x1000))
    for _ in 0..<3000 { ledger.play(.other.munmap(0x90000, 0x1000)) }
    #expect(ledger.play(.main.munmapFailed()) == "unsure")
    #expect(ledger.wants() == .unsure)
  }

  @Test("when a long call over more mappings than are saved fails, the kernel is asked")
  func tooManyPieces() {
    for page in 0..<3000 as Range<UInt64> {
      ledger.play(.main.mmap(0x10_0000 + page << 12, 0x1000))
    }
    ledger.play(.main.munmap(0x10_0000, 3000 << 12))
    #expect(ledger.layout() == [])
    #expect(ledger.play(.main.munmapFailed()) == "unsure")
  }

  @Test("a failure does not undo a call that the thread made in another space")
  func otherSpace() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.munmap(0x10000, 0x1000),
      .main.execve(in: 0xb), Caller(100, in: 0xb).munmapFailed())
    #expect(ledger.layout(of: 0xb) == [])
    #expect(ledger.activity(of: 0xb)?.unmaps == 0)
  }
}
