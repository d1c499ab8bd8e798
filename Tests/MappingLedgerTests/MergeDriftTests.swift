// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// A later list of a space. Where the table differs, the kernel is right.
@Suite struct MergeDriftTests {
  let ledger = emptySpace()

  private func list(
    _ areas: [SpaceSnapshot.Area], _ totals: SpaceTotals = SpaceTotals(),
    window: [MappingEvent] = []
  ) -> [String] {
    ledger.merge(
      SpaceSnapshot(key: key(0xa), totals: totals, areas: areas),
      at: KernelInstant(nanoseconds: 50), reason: .lost, window: window
    ).map { "\($0.cause) \(text($0.range))" }
  }

  @Test("a list that agrees changes nothing")
  func equal() throws {
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 2), offset: 0x3000)
    ledger.play(
      .main.mmap(0x10000, 0x2000).from(stack: 4),
      .main.mmap(0x20000, 0x2000, .read, .private, file: file),
      .main.mmap(0x30000, 0x1000, [.read, .write], .shared, file: file))
    let before = [0x10000, 0x20000, 0x30000].map { ledger.mapping(at: $0) }
    #expect(
      list([
        .anonymous(0x10000, 0x12000), .file(0x20000, 0x22000, offset: 0x3000),
        .file(0x30000, 0x31000, [.read, .write], offset: 0x3000, isShared: true),
      ]) == [])
    #expect([0x10000, 0x20000, 0x30000].map { ledger.mapping(at: $0) } == before)
  }

  @Test("areas that the kernel has joined or split do not differ from the table")
  func areasOfTheKernel() {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x11000, 0x1000), .main.mmap(0x20000, 0x3000))
    let before = ledger.layout()
    #expect(
      list([
        .anonymous(0x10000, 0x12000), .anonymous(0x20000, 0x21000), .anonymous(0x21000, 0x23000),
      ]) == [])
    #expect(ledger.layout() == before)
  }

  @Test("an area that only the kernel has is missing, and is added as seeded")
  func missing() throws {
    ledger.play(.main.mmap(0x10000, 0x1000), .main.mmap(0x13000, 0x1000))
    #expect(
      list([.anonymous(0x10000, 0x15000)]) == ["missing 11000-13000", "missing 14000-15000"])
    #expect(ledger.space()?.virtualBytes == 0x5000)
    #expect(try #require(ledger.mapping(at: 0x12000)).isSeeded)
    #expect(try !#require(ledger.mapping(at: 0x13000)).isSeeded)
  }

  @Test("a mapping that only the table has is stale, and is removed")
  func stale() {
    ledger.play(.main.mmap(0x10000, 0x4000), .main.mmap(0x20000, 0x1000))
    #expect(
      list([.anonymous(0x11000, 0x12000)])
        == ["stale 10000-11000", "stale 12000-14000", "stale 20000-21000"])
    #expect(ledger.layout() == ["11000-12000 rw-"])
  }

  @Test("a different protection is changed, and the mapping keeps its past")
  func changedProtection() throws {
    ledger.play(.main.mmap(0x10000, 0x4000).at(7).from(stack: 4))
    #expect(
      list([
        .anonymous(0x10000, 0x11000), .anonymous(0x11000, 0x12000, .read),
        .anonymous(0x12000, 0x14000),
      ]) == ["changed 11000-12000"])
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-12000 r--", "12000-14000 rw-"])
    let mapping = try #require(ledger.mapping(at: 0x11000))
    #expect(mapping.born == KernelInstant(nanoseconds: 7))
    #expect(mapping.callPath == CallPathID(4))
    #expect(mapping.origin == ledger.mapping(at: 0x10000)?.origin)
  }

  @Test("different sharing or file offsets are changed")
  func changedSharing() {
    let file = MappingEvent.MappedFile(identity: FileIdentity(device: 1, inode: 2), offset: 0)
    ledger.play(
      .main.mmap(0x10000, 0x1000, .read, .private, file: file),
      .main.mmap(0x20000, 0x1000, .read, .private, file: file),
      .main.mmap(0x30000, 0x1000, .read, .private, file: file),
      .main.mmap(0x40000, 0x1000, .read))
    #expect(
      list([
        .file(0x10000, 0x11000, isShared: true), .file(0x20000, 0x21000, offset: 0x1000),
        .anonymous(0x30000, 0x31000, .read), .file(0x40000, 0x41000),
      ]) == [
        "changed 10000-11000", "changed 20000-21000", "changed 30000-31000",
        "changed 40000-41000",
      ])
    #expect(
      ledger.layout() == [
        "10000-11000 r-- file", "20000-21000 r-- file", "30000-31000 r--", "40000-41000 r-- file",
      ])
    #expect(ledger.mapping(at: 0x20000)?.offsetBias == 0x1000 &- 0x20000)
  }

  @Test("a second name of one file on an overlay file system is learned and is no difference")
  func overlay() throws {
    let file = MappingEvent.MappedFile(identity: FileIdentity(device: 1, inode: 2), offset: 0)
    ledger.play(.main.mmap(0x10000, 0x1000, .read, .private, file: file))
    #expect(list([.file(0x10000, 0x11000, inode: 77, path: TextID(11))]) == [])
    let mapping = try #require(ledger.mapping(at: 0x10000))
    #expect(ledger.files[mapping.file].identity == FileIdentity(device: 1, inode: 77))
    #expect(ledger.files[mapping.file].path == TextID(11))
  }

  @Test("anonymous huge pages, which the kernel backs with a file, do not differ")
  func hugePages() {
    ledger.play(
      .main.mmap(0x4000_0000, 1, [.read, .write], [.private, .anonymous, .hugeTLB]))
    var area = SpaceSnapshot.Area.file(0x4000_0000, 0x4020_0000, [.read, .write])
    area.hugePageBytes = 2 << 20
    #expect(list([area]) == [])
    #expect(ledger.layout() == ["40000000-40200000 rw-"])
  }

  @Test("a stack that grew is not a missing mapping, and stays one entry")
  func stackGrowth() {
    let totals = SpaceTotals(startStack: 0x7f800)
    #expect(list([.stack(0x70000, 0x80000)], totals) == ["missing 70000-80000"])
    #expect(list([.stack(0x6f000, 0x80000)], totals) == ["stackGrowth 6f000-70000"])
    #expect(list([.stack(0x6c000, 0x80000)], totals) == ["stackGrowth 6c000-6f000"])
    #expect(ledger.layout() == ["6c000-80000 rw- main-stack"])
  }

  @Test("the list is ignored where calls of the window decide")
  func window() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.mmap(0x20000, 0x1000))
    #expect(
      list(
        [.anonymous(0x11000, 0x12000), .anonymous(0x30000, 0x31000)],
        window: [.main.munmap(0x10000, 0x2000)])
        == ["stale 20000-21000", "missing 30000-31000"])
    #expect(ledger.layout() == ["10000-12000 rw-", "30000-31000 rw-"])
  }

  @Test("a stale thread stack is no longer a thread stack")
  func staleStack() {
    ledger.play(
      .main.mmap(0x10000, 0xa000), .main.cloneThread(101, stack: 0x1a000), .other.exit())
    #expect(list([]) == ["stale 10000-1a000"])
    #expect(ledger.space()?.stacks.byOrigin.isEmpty == true)
  }

  @Test("a thread stack whose protection changed is still a thread stack")
  func changedStack() {
    ledger.play(.main.mmap(0x10000, 0xa000), .main.cloneThread(101, stack: 0x1a000))
    _ = list([.anonymous(0x10000, 0x11000, []), .anonymous(0x11000, 0x1a000)])
    #expect(ledger.layout() == ["10000-11000 --- guard", "11000-1a000 rw- thread-stack"])
  }

  @Test("a merge takes over the kernel's break and keeps the first baseline")
  func totals() {
    _ = list([], SpaceTotals(startBreak: 0x5000, currentBreak: 0x6000, isCompat: true))
    #expect(ledger.space()?.startBreak == 0x5000)
    #expect(ledger.space()?.currentBreak == 0x6000)
    #expect(ledger.space()?.isCompat == true)
    #expect(ledger.space()?.baseline?.when == KernelInstant(nanoseconds: 0))
  }
}
