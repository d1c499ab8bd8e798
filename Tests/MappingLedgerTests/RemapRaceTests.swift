// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Calls of other threads between the entry of an mremap and its return.
@Suite struct RemapRaceTests {
  let ledger = emptySpace()

  @Test("when a move returns, another thread may have mapped the old address")
  func sourceReused() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mremapEntered(0x10000, 0x2000),
      .other.mmap(0x10000, 0x1000, [.read]),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["10000-11000 r--", "80000-82000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("when a shrink returns, another thread may have mapped the freed tail")
  func tailReused() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.mremapEntered(0x10000, 0x4000),
      .other.mmap(0x12000, 0x1000, [.read]),
      .main.mremap(0x10000, 0x4000, to: 0x10000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-", "12000-13000 r--"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("a mapping can move to an address that another thread's move has just left")
  func chain() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x20000, 0x1000, [.read]),
      .main.mremapEntered(0x10000, 0x1000), .other.mremapEntered(0x20000, 0x1000),
      .other.mremap(0x20000, 0x1000, to: 0x10000, 0x1000),
      .main.mremap(0x10000, 0x1000, to: 0x80000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 r--", "80000-81000 rw-"])
  }

  @Test("a mapping can grow in place into a range that another thread's move has just left")
  func grownOver() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000, .read),
      .main.mremapEntered(0x11000, 0x1000), .other.mremapEntered(0x10000, 0x1000),
      .other.mremap(0x10000, 0x1000, to: 0x10000, 0x2000),
      .main.mremap(0x11000, 0x1000, to: 0x80000, 0x1000))
    #expect(ledger.layout() == ["10000-12000 rw-", "80000-81000 r--"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("a failed munmap of another thread between entry and return changes nothing")
  func failureInBetween() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x2000, [.read]),
      .main.mremapEntered(0x10000, 0x2000),
      .other.munmap(0x20000, 0x1000), .other.munmapFailed(),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["20000-22000 r--", "80000-82000 rw-"])
  }

  @Test("the return of an mremap whose entry was lost uses the table as it is")
  func entryUnseen() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["80000-82000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("an mremap does not use the notes of an earlier call of its thread")
  func otherCall() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x1000, [.read]),
      .main.munmap(0x20000, 0x1000),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["80000-82000 rw-"])
  }
}
