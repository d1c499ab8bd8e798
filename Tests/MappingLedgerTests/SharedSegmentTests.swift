// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// System V shared memory. shmdt passes only an address; the kernel finds the pieces by their offsets.
@Suite struct SharedSegmentTests {
  let ledger = emptySpace()

  @Test("shmat maps a segment and shmdt unmaps it")
  func attachDetach() {
    #expect(ledger.play(.main.shmat(0x10000, 0x4000)) == "attached 10000-14000")
    #expect(ledger.layout() == ["10000-14000 rw- shared-memory"])
    #expect(ledger.play(.main.shmdt(0x10000)) == "detached 10000-14000 freeing 4000")
    #expect(ledger.layout() == [])
    #expect(ledger.space()?.accountedBytes == 0)
  }

  @Test("shmdt unmaps all pieces of a segment with a hole")
  func hole() {
    ledger.play(.main.shmat(0x10000, 0x4000), .main.munmap(0x11000, 0x1000))
    ledger.play(.main.shmdt(0x10000))
    #expect(ledger.layout() == [])
    #expect(ledger.space()?.accountedBytes == 0)
  }

  @Test("shmdt unmaps the rest of a segment whose head was unmapped")
  func headGone() {
    ledger.play(.main.shmat(0x10000, 0x4000), .main.munmap(0x10000, 0x2000))
    ledger.play(.main.shmdt(0x10000))
    #expect(ledger.layout() == [])
  }

  @Test("shmdt does not unmap what was mapped into a hole of the segment")
  func holeReused() {
    ledger.play(
      .main.shmat(0x10000, 0x4000), .main.munmap(0x11000, 0x1000), .main.mmap(0x11000, 0x1000),
      .main.shmdt(0x10000))
    #expect(ledger.layout() == ["11000-12000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x1000)
  }

  @Test("shmdt unmaps the rest of a segment whose head was replaced by several mappings")
  func headReplaced() {
    ledger.play(
      .main.shmat(0x10000, 0x4000), .main.munmap(0x10000, 0x2000),
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000),
      .main.shmdt(0x10000))
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 rw-"])
  }

  @Test("shmdt does not unmap another attachment of the same segment")
  func attachedTwice() {
    ledger.play(
      .main.shmat(0x10000, 0x2000), .main.shmat(0x12000, 0x2000), .main.shmdt(0x10000))
    #expect(ledger.layout() == ["12000-14000 rw- shared-memory"])
  }

  @Test("shmdt does not unmap another segment next to it")
  func neighbor() {
    ledger.play(
      .main.shmat(0x10000, 0x2000, inode: 7), .main.shmat(0x12000, 0x2000, inode: 8),
      .main.shmdt(0x12000))
    #expect(ledger.layout() == ["10000-12000 rw- shared-memory"])
  }

  @Test(
    "shmdt where nothing is attached fails, and changes nothing",
    arguments: [0x9000, 0x11000, 0x10010, 0x20000] as [UInt64])
  func refused(address: UInt64) {
    ledger.play(.main.shmat(0x10000, 0x2000), .main.mmap(0x20000, 0x1000))
    #expect(ledger.play(.main.shmdt(address)) == "none")
    #expect(ledger.layout() == ["10000-12000 rw- shared-memory", "20000-21000 rw-"])
  }

  @Test("SHM_REMAP counts what it replaces")
  func remap() {
    ledger.play(.main.mmap(0x10000, 0x3000), .main.shmat(0x11000, 0x1000))
    #expect(
      ledger.layout() == ["10000-11000 rw-", "11000-12000 rw- shared-memory", "12000-13000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("a segment that was moved is detached at its new address")
  func moved() {
    ledger.play(
      .main.shmat(0x10000, 0x2000), .main.mremapEntered(0x10000, 0x2000),
      .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.play(.main.shmdt(0x10000)) == "none")
    #expect(ledger.play(.main.shmdt(0x80000)) == "detached 80000-82000 freeing 2000")
  }

  @Test("when an shmat record has no length, the kernel is asked")
  func lengthUnknown() {
    #expect(ledger.play(.main.shmat(0x10000, 0)) == "unsure")
    #expect(ledger.wants() == .unsure)
    #expect(ledger.layout() == [])
  }
}
