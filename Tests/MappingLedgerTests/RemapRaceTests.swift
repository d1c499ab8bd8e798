// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Between the entry of an mremap and its return, other threads' calls come and go.
@Suite struct RemapRaceTests {
  let ledger = emptySpace()

  @Test("the address a move left behind can be another thread's by the time the move returns")
  func sourceReused() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mremapEntered(0x10000, 0x2000),
      .other.mmap(0x10000, 0x1000, [.read]),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["10000-11000 r--", "80000-82000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("the tail that a shrink freed can be another thread's by the time the shrink returns")
  func tailReused() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.mremapEntered(0x10000, 0x4000),
      .other.mmap(0x12000, 0x1000, [.read]),
      .main.mremap(0x10000, 0x4000, to: 0x10000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-", "12000-13000 r--"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("a mapping can move to where another thread's move has come from")
  func chain() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x20000, 0x1000, [.read]),
      .main.mremapEntered(0x10000, 0x1000), .other.mremapEntered(0x20000, 0x1000),
      .other.mremap(0x20000, 0x1000, to: 0x10000, 0x1000),
      .main.mremap(0x10000, 0x1000, to: 0x80000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 r--", "80000-81000 rw-"])
  }

  @Test("a mapping can grow in place over what another thread's move has just left")
  func grownOver() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000, .read),
      .main.mremapEntered(0x11000, 0x1000), .other.mremapEntered(0x10000, 0x1000),
      .other.mremap(0x10000, 0x1000, to: 0x10000, 0x2000),
      .main.mremap(0x11000, 0x1000, to: 0x80000, 0x1000))
    #expect(ledger.layout() == ["10000-12000 rw-", "80000-81000 r--"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("a failed munmap of another thread does not come between entry and return")
  func failureInBetween() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x2000, [.read]),
      .main.mremapEntered(0x10000, 0x2000),
      .other.munmap(0x20000, 0x1000), .other.munmapFailed(),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["20000-22000 r--", "80000-82000 rw-"])
  }

  @Test("a return whose entry was not seen goes by the table as it is")
  func entryUnseen() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["80000-82000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("the notes of another call of the thread are not taken for those of its mremap")
  func otherCall() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x1000, [.read]),
      .main.munmap(0x20000, 0x1000),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["80000-82000 rw-"])
  }
}
