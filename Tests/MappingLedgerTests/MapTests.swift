// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct MapTests {
  let ledger = emptySpace()

  @Test("a length is rounded up to whole pages")
  func rounding() {
    #expect(ledger.play(.main.mmap(0x10000, 1)) == "mapped 10000-11000")
    #expect(ledger.play(.main.mmap(0x20000, 0x1001)) == "mapped 20000-22000")
    #expect(ledger.layout() == ["10000-11000 rw-", "20000-22000 rw-"])
    #expect(ledger.activity()?.mappedBytes == 0x3000)
    #expect(ledger.activity()?.maps == 2)
  }

  @Test("a page is as large as the machine says")
  func largePages() {
    let ledger = emptySpace(Ledger.Machine(pageBytes: 0x10000))
    #expect(ledger.play(.main.mmap(0x40000, 1)) == "mapped 40000-50000")
  }

  @Test(
    "huge pages round to the size asked for, else to the machine's own",
    arguments: [
      (0, "mapped 40000000-40200000"), (21, "mapped 40000000-40200000"),
      (30, "mapped 40000000-80000000"),
    ] as [(UInt32, String)])
  func hugePages(shift: UInt32, effect: String) {
    let flags = MapFlags(rawValue: 0x40022 | shift << 26)
    #expect(ledger.play(.main.mmap(0x4000_0000, 1, [.read, .write], flags)) == effect)
  }

  @Test("a file of huge pages rounds to its own page size, whatever the flags say")
  func hugeFile() {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0, pageBytes: 2 << 20)
    #expect(
      ledger.play(.main.mmap(0x4000_0000, 0x1000, [.read], .private, file: file))
        == "mapped 40000000-40200000")
    #expect(ledger.layout() == ["40000000-40200000 r-- file"])
  }

  @Test("a length that reaches beyond the end of the address space maps nothing")
  func absurdLength() {
    #expect(ledger.play(.main.mmap(0x10000, .max)) == "none")
    #expect(ledger.layout() == [])
    #expect(ledger.activity()?.maps == 0)
  }

  @Test("two mappings side by side stay two")
  func neighbors() {
    ledger.play(.main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000))
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 rw-"])
  }

  @Test("MAP_FIXED over the middle of a mapping replaces the middle")
  func fixedOverMiddle() {
    ledger.play(.main.mmap(0x10000, 0x4000))
    #expect(
      ledger.play(.main.mmap(0x11000, 0x1000, [.read], [.private, .anonymous, .fixed]))
        == "mapped 11000-12000 replacing 1000")
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 r--", "12000-14000 rw-"])
    #expect(ledger.activity()?.mappedBytes == 0x5000)
    #expect(ledger.activity()?.unmappedBytes == 0x1000)
  }

  @Test("MAP_FIXED over several mappings and holes counts only the mappings as replaced")
  func fixedOverMany() {
    ledger.play(
      .main.mmap(0x10000, 0x2000), .main.mmap(0x14000, 0x1000), .main.mmap(0x16000, 0x2000))
    #expect(
      ledger.play(.main.mmap(0x11000, 0x6000, [], [.private, .anonymous, .fixed]))
        == "mapped 11000-17000 replacing 3000")
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-17000 ---", "17000-18000 rw-"])
  }

  @Test("a failed MAP_FIXED may have unmapped something: the kernel is asked")
  func failedFixed() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    #expect(ledger.play(.main.unsure()) == "unsure")
    #expect(ledger.wants() == .unsure)
    #expect(ledger.layout() == ["10000-11000 rw-"])
  }

  @Test("the kind of a mapping follows from how it was made")
  func kinds() {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0x3000, descriptor: 3)
    ledger.play(
      .main.mmap(0x10000, 0x1000),
      .main.mmap(0x20000, 0x1000, [.read], .private, file: file),
      .main.mmap(0x30000, 0x1000, [.read, .write], .shared, file: file),
      .main.mmap(0x40000, 0x1000, [.read, .write], [.shared, .anonymous]))
    #expect(
      ledger.layout() == [
        "10000-11000 rw-", "20000-21000 r-- file", "30000-31000 rw- file",
        "40000-41000 rw- shared-memory",
      ])
  }

  @Test("a mapping keeps its thread, time, call path, file and file offset")
  func provenance() throws {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0x3000, descriptor: 3)
    ledger.play(
      .other.mmap(0x20000, 0x2000, [.read], .private, file: file).at(70).from(stack: 9))
    let mapping = try #require(ledger.mapping(at: 0x21000))
    #expect(mapping.thread == 101)
    #expect(mapping.born == KernelInstant(nanoseconds: 70))
    #expect(mapping.callPath == CallPathID(9))
    #expect(mapping.offsetBias &+ 0x21000 == 0x4000)
    #expect(ledger.files[mapping.file].identity == FileIdentity(device: 1, inode: 2))
    #expect(!mapping.isSeeded)
  }

  @Test("flags that matter later are kept as traits")
  func traits() throws {
    let flags: MapFlags = [.private, .anonymous, .stack, .noReserve, .growsDown]
    ledger.play(.main.mmap(0x10000, 0x1000, [.read, .write], flags))
    let traits = try #require(ledger.mapping(at: 0x10000)).traits
    #expect(traits.isSuperset(of: [.stackFlag, .noReserve, .growsDown, .read, .write]))
    #expect(traits.isDisjoint(with: [.shared, .file, .seeded, .threadStack]))
  }
}
