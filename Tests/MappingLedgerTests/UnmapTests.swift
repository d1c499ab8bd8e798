// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct UnmapTests {
  let ledger = emptySpace()

  @Test("unmapping a whole mapping leaves nothing")
  func whole() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.munmap(0x10000, 0x4000)) == "unmapped 10000-14000 freeing 4000")
    #expect(ledger.layout() == [])
    #expect(ledger.activity()?.unmaps == 1)
    #expect(ledger.activity()?.unmappedBytes == 0x4000)
  }

  @Test("unmapping the head leaves the tail")
  func head() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.munmap(0x10000, 0x1000))
    #expect(ledger.layout() == ["11000-14000 rw-"])
  }

  @Test("unmapping the tail leaves the head")
  func tail() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.munmap(0x13000, 0x1000))
    #expect(ledger.layout() == ["10000-13000 rw-"])
  }

  @Test("unmapping the middle leaves two live spans of one origin")
  func middle() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.munmap(0x11000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-", "12000-14000 rw-"])
    #expect(ledger.mapping(at: 0x10000) == ledger.mapping(at: 0x13000))
  }

  @Test("one call can unmap pieces of several mappings, and does not count holes")
  func spanning() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x12000, 0x1000), .main.mmap(0x15000, 0x2000))
    #expect(ledger.play(.main.munmap(0x11000, 0x5000)) == "unmapped 11000-16000 freeing 3000")
    #expect(ledger.layout() == ["10000-11000 rw-", "16000-17000 rw-"])
  }

  @Test("unmapping where nothing is mapped succeeds and frees nothing")
  func hole() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.munmap(0x20000, 0x1000)) == "unmapped 20000-21000 freeing 0")
    #expect(ledger.layout() == ["10000-11000 rw-"])
  }

  @Test("a length is rounded up to whole pages")
  func rounding() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.munmap(0x10000, 0x1001)) == "unmapped 10000-12000 freeing 2000")
  }

  @Test(
    "a munmap that the kernel refuses at once removes nothing",
    arguments: [(0x10010, 0x1000), (0x10000, 0), (0x10000, .max)] as [(UInt64, UInt64)])
  func refused(address: UInt64, bytes: UInt64) {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(ledger.play(.main.munmap(address, bytes)) == "none")
    #expect(ledger.play(.main.munmapFailed()) == "restored 0")
    #expect(ledger.layout() == ["10000-14000 rw-"])
    #expect(ledger.activity()?.unmaps == 0)
    #expect(ledger.wants() == nil)
  }

  @Test("mapping an address again makes a new mapping")
  func mappedAgain() throws {
    ledger.play(.main.mmap(0x10000, 0x1000).at(5))
    let first = try #require(ledger.mapping(at: 0x10000))
    ledger.play(.main.munmap(0x10000, 0x1000), .other.mmap(0x10000, 0x1000).at(9))
    let second = try #require(ledger.mapping(at: 0x10000))
    #expect(first.origin != second.origin)
    #expect(second.thread == 101)
  }
}
