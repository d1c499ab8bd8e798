// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct RemapTests {
  let ledger = emptySpace()

  @Test("growing in place keeps the origin and the time of birth")
  func grow() throws {
    ledger.play(.main.mmap(0x10000, 0x1000).at(5).from(stack: 1))
    let before = try #require(ledger.mapping(at: 0x10000))
    #expect(
      ledger.play(
        .main.mremapEntered(0x10000, 0x1000),
        .main.mremap(0x10000, 0x1000, to: 0x10000, 0x3000).at(9).from(stack: 2))
        == "moved 10000-11000 to 10000-13000")
    #expect(ledger.layout() == ["10000-13000 rw-"])
    let after = try #require(ledger.mapping(at: 0x12000))
    #expect(after.origin == before.origin)
    #expect(after.born == KernelInstant(nanoseconds: 5))
    #expect(after.callPath == CallPathID(2))
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("a buffer that is grown a thousand times is still one entry")
  func growOften() {
    ledger.play(.main.mmap(0x10_0000, 0x1000))
    for pages in 1...1000 as ClosedRange<UInt64> {
      ledger.play(
        .main.mremapEntered(0x10_0000, pages << 12),
        .main.mremap(0x10_0000, pages << 12, to: 0x10_0000, (pages + 1) << 12)
          .from(stack: Int32(pages % 3)))
    }
    #expect(ledger.layout() == ["100000-4e9000 rw-"])
    #expect(ledger.space()?.accountedBytes == 1001 << 12)
  }

  @Test("growing the tail of a mapping grows the mapping")
  func growTail() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.mremapEntered(0x13000, 0x1000),
      .main.mremap(0x13000, 0x1000, to: 0x13000, 0x2000))
    #expect(ledger.layout() == ["10000-15000 rw-"])
  }

  @Test("growing up to another piece of the same mapping joins the two")
  func growToNeighbor() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.munmap(0x12000, 0x1000),
      .main.mremapEntered(0x10000, 0x2000), .main.mremap(0x10000, 0x2000, to: 0x10000, 0x3000))
    #expect(ledger.layout() == ["10000-14000 rw-"])
  }

  @Test("shrinking frees the tail")
  func shrink() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.mremapEntered(0x10000, 0x4000),
      .main.mremap(0x10000, 0x4000, to: 0x10000, 0x1001, []))
    #expect(ledger.layout() == ["10000-12000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("moving keeps the origin and changes no total")
  func move() throws {
    ledger.play(.main.mmap(0x10000, 0x1000).at(5))
    let before = try #require(ledger.mapping(at: 0x10000))
    ledger.play(
      .main.mremapEntered(0x10000, 0x1000),
      .main.mremap(0x10000, 0x1000, to: 0x80000, 0x3000).at(9))
    #expect(ledger.layout() == ["80000-83000 rw-"])
    let after = try #require(ledger.mapping(at: 0x82000))
    #expect(after.origin == before.origin)
    #expect(after.placed > before.placed)
    #expect(after.born == before.born)
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("moving the head of a mapping leaves the tail where it is")
  func moveHead() {
    ledger.play(
      .main.mmap(0x10000, 0x4000), .main.mremapEntered(0x10000, 0x1000),
      .main.mremap(0x10000, 0x1000, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["11000-14000 rw-", "80000-82000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x5000)
  }

  @Test("a move of several mappings keeps the protection and the offset of each")
  func moveMany() {
    ledger.play(
      .main.mmap(0x10000, 0x3000), .main.mprotect(0x11000, 0x1000, .read),
      .main.mremapEntered(0x10000, 0x3000),
      .main.mremap(0x10000, 0x3000, to: 0x80000, 0x5000))
    #expect(ledger.layout() == ["80000-81000 rw-", "81000-82000 r--", "82000-85000 rw-"])
  }

  @Test("MREMAP_FIXED replaces what is mapped at the destination")
  func fixed() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x80000, 0x4000, [.read]),
      .main.mremapEntered(0x10000, 0x2000),
      .main.mremap(0x10000, 0x2000, to: 0x81000, 0x1000, [.mayMove, .fixed]))
    #expect(ledger.layout() == ["80000-81000 r--", "81000-82000 rw-", "82000-84000 r--"])
    #expect(ledger.space()?.accountedBytes == 0x4000)
  }

  @Test("MREMAP_DONTUNMAP leaves the source mapped, and the destination is new memory")
  func doNotUnmap() throws {
    ledger.play(
      .main.mmap(0x10000, 0x2000).at(5), .main.mremapEntered(0x10000, 0x2000),
      .other.mremap(0x10000, 0x2000, to: 0x80000, 0x2000, [.mayMove, .doNotUnmap]).at(9))
    #expect(ledger.layout() == ["10000-12000 rw-", "80000-82000 rw-"])
    let source = try #require(ledger.mapping(at: 0x10000))
    let copy = try #require(ledger.mapping(at: 0x80000))
    #expect(source.origin != copy.origin)
    #expect(copy.born == KernelInstant(nanoseconds: 9))
    #expect(ledger.space()?.accountedBytes == 0x4000)
  }

  @Test("an old size of 0 maps shared memory a second time")
  func duplicate() throws {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0x3000)
    ledger.play(
      .main.mmap(0x10000, 0x4000, [.read, .write], .shared, file: file),
      .main.mremapEntered(0x11000, 0), .main.mremap(0x11000, 0, to: 0x80000, 0x2000))
    #expect(ledger.layout() == ["10000-14000 rw- file", "80000-82000 rw- file"])
    let copy = try #require(ledger.mapping(at: 0x80000))
    #expect(copy.offsetBias &+ 0x80000 == 0x4000)
    #expect(ledger.space()?.accountedBytes == 0x6000)
  }

  @Test("a second mapping with MREMAP_FIXED counts what it replaces")
  func duplicateFixed() {
    ledger.play(
      .main.mmap(0x10000, 0x2000, [.read, .write], [.shared, .anonymous]),
      .main.mmap(0x80000, 0x1000),
      .main.mremapEntered(0x10000, 0),
      .main.mremap(0x10000, 0, to: 0x80000, 0x2000, [.mayMove, .fixed]))
    #expect(
      ledger.layout() == ["10000-12000 rw- shared-memory", "80000-82000 rw- shared-memory"])
    #expect(ledger.space()?.accountedBytes == 0x4000)
  }

  @Test("a mapped part of a file keeps its file offset when it is moved")
  func fileOffset() throws {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0x3000)
    ledger.play(
      .main.mmap(0x10000, 0x4000, [.read], .private, file: file),
      .main.mremapEntered(0x12000, 0x2000),
      .main.mremap(0x12000, 0x2000, to: 0x80000, 0x2000))
    let moved = try #require(ledger.mapping(at: 0x80000))
    #expect(moved.offsetBias &+ 0x80000 == 0x5000)
  }

  @Test("an mremap that failed changes nothing")
  func failed() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mremapEntered(0x10000, 0x2000))
    #expect(ledger.play(.main.mremap(0x10000, 0x2000, to: nil, 0x8000)) == "none")
    #expect(ledger.layout() == ["10000-12000 rw-"])
    #expect(ledger.wants() == nil)
  }

  @Test("a failed MREMAP_FIXED may have unmapped the destination")
  func failedFixed() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mremapEntered(0x10000, 0x2000))
    #expect(
      ledger.play(.main.mremap(0x10000, 0x2000, to: nil, 0x2000, [.mayMove, .fixed]))
        == "unsure")
    #expect(ledger.wants() == .unsure)
  }

  @Test("sizes of huge pages are rounded as the kernel rounds them")
  func hugePages() {
    ledger.play(
      .main.mmap(0x4000_0000, 1, [.read, .write], [.private, .anonymous, .hugeTLB]),
      .main.mremapEntered(0x4000_0000, 0x1000),
      .main.mremap(0x4000_0000, 0x1000, to: 0x8000_0000, 0x20_1000))
    #expect(ledger.layout() == ["80000000-80400000 rw-"])
    #expect(ledger.space()?.accountedBytes == 4 << 20)
  }

  @Test("when an unknown mapping is moved, the kernel is asked")
  func unknownSource() {
    ledger.play(
      .main.mremapEntered(0x10000, 0x2000), .main.mremap(0x10000, 0x2000, to: 0x80000, 0x2000))
    #expect(ledger.wants() == .unsure)
    #expect(ledger.layout() == [])
  }
}
