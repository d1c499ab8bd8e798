// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// The first list of a space fills its table.
@Suite struct MergeSeedTests {
  let ledger = Ledger()

  @discardableResult
  private func list(
    _ areas: [SpaceSnapshot.Area], _ totals: SpaceTotals = SpaceTotals(),
    reason: SnapshotReason = .unknown
  ) -> [Drift] {
    ledger.merge(
      SpaceSnapshot(key: key(0xa), totals: totals, areas: areas),
      at: KernelInstant(nanoseconds: 50), reason: reason)
  }

  @Test("the kinds of mappings follow from the list")
  func kinds() {
    var vdso = SpaceSnapshot.Area.anonymous(0x90000, 0x92000, [.read, .execute])
    vdso.isSpecial = true
    var segment = SpaceSnapshot.Area.file(0x30000, 0x31000, [.read, .write], isShared: true)
    segment.isSegment = true
    var zero = SpaceSnapshot.Area.file(0x40000, 0x41000, [.read, .write], isShared: true)
    zero.isAnonymousShared = true
    list(
      [
        .file(0x1000, 0x2000, [.read, .execute]), .anonymous(0x5000, 0x9000),
        .anonymous(0x20000, 0x21000), segment, zero, .anonymous(0x50000, 0x51000, []),
        .stack(0x60000, 0x80000), vdso,
      ], SpaceTotals(startBreak: 0x5000, currentBreak: 0x9000, startStack: 0x7f800))
    #expect(
      ledger.layout() == [
        "1000-2000 r-x file", "5000-9000 rw- heap", "20000-21000 rw-",
        "30000-31000 rw- shared-memory", "40000-41000 rw- shared-memory", "50000-51000 ---",
        "60000-80000 rw- main-stack", "90000-92000 r-x special",
      ])
  }

  @Test("the vdso is recognized by its address")
  func vdso() {
    list([.anonymous(0x90000, 0x92000, [.read, .execute])], SpaceTotals(vdso: 0x90000))
    #expect(ledger.layout() == ["90000-92000 r-x special"])
  }

  @Test("zeroed data right below the heap is not heap")
  func besideHeap() {
    list(
      [.anonymous(0x4000, 0x5000), .anonymous(0x9000, 0xa000)],
      SpaceTotals(startBreak: 0x5000, currentBreak: 0x9000))
    #expect(ledger.layout() == ["4000-5000 rw-", "9000-a000 rw-"])
  }

  @Test("mappings from before tracing have no time of birth and no thread, and are the baseline")
  func seeded() throws {
    list([.anonymous(0x10000, 0x13000), .file(0x20000, 0x21000)])
    let mapping = try #require(ledger.mapping(at: 0x10000))
    #expect(mapping.isSeeded && mapping.born == nil && mapping.thread == 0)
    #expect(mapping.callPath == nil)
    let space = try #require(ledger.space())
    #expect(space.isSeeded)
    #expect(space.baseline?.when == KernelInstant(nanoseconds: 50))
    #expect(space.baseline?.bytes == 0x4000)
    #expect(space.baseline?.bytesByKind == [.anonymous: 0x3000, .file: 0x1000])
  }

  @Test("mappings that an exec made were born with the exec")
  func afterExec() throws {
    ledger.play(.main.execve(in: 0xa).at(30))
    list([.file(0x1000, 0x2000)], reason: .execed(KernelInstant(nanoseconds: 30)))
    let mapping = try #require(ledger.mapping(at: 0x1000))
    #expect(mapping.born == KernelInstant(nanoseconds: 30))
    #expect(!mapping.isSeeded)
  }

  @Test("a mapping that was seen before the first list keeps its past")
  func seenBefore() throws {
    ledger.play(.main.mmap(0x10000, 0x1000).at(9).from(stack: 4))
    let drift = list([.anonymous(0x10000, 0x11000), .anonymous(0x20000, 0x21000)])
    // Nothing was known of the rest, so it is no drift.
    #expect(drift.isEmpty)
    #expect(ledger.layout() == ["10000-11000 rw-", "20000-21000 rw-"])
    let mapping = try #require(ledger.mapping(at: 0x10000))
    #expect(mapping.born == KernelInstant(nanoseconds: 9))
    #expect(mapping.callPath == CallPathID(4))
  }

  @Test("the heap grows on from the listed break")
  func heap() {
    list(
      [.anonymous(0x5000, 0x7000)], SpaceTotals(startBreak: 0x5000, currentBreak: 0x6800))
    ledger.play(.main.brk(0x8000).at(60))
    #expect(ledger.layout() == ["5000-7000 rw- heap", "7000-8000 rw- heap"])
    ledger.play(.main.brk(0x6000))
    #expect(ledger.layout() == ["5000-6000 rw- heap"])
  }

  @Test("a segment that was listed in pieces is detached as a whole")
  func segment() {
    var head = SpaceSnapshot.Area.file(0x30000, 0x31000, [.read, .write], isShared: true)
    head.isSegment = true
    var tail = SpaceSnapshot.Area.file(
      0x33000, 0x34000, [.read, .write], offset: 0x3000, isShared: true)
    tail.isSegment = true
    list([head, tail])
    ledger.play(.main.shmdt(0x30000))
    #expect(ledger.layout() == [])
  }

  @Test("the size of huge pages is taken from the list")
  func hugePages() {
    var area = SpaceSnapshot.Area.anonymous(0x4000_0000, 0x4020_0000)
    area.hugePageBytes = 2 << 20
    list([area])
    ledger.play(
      .main.mremapEntered(0x4000_0000, 1),
      .main.mremap(0x4000_0000, 1, to: 0x4000_0000, 0x20_1000))
    #expect(ledger.layout() == ["40000000-40400000 rw-"])
  }

  @Test("an event that the list already shows adds what the list lacks")
  func caughtUp() throws {
    list([.anonymous(0x10000, 0x12000)])
    ledger.play(.main.mmap(0x10000, 0x2000).at(49).from(stack: 8))
    #expect(ledger.layout() == ["10000-12000 rw-"])
    let mapping = try #require(ledger.mapping(at: 0x10000))
    #expect(mapping.callPath == CallPathID(8) && !mapping.isSeeded)
    #expect(ledger.space()?.accountedBytes == 0)
  }

  @Test("the paths of listed files are kept")
  func paths() throws {
    list([.file(0x1000, 0x2000, inode: 7, path: TextID(11)), .file(0x4000, 0x5000, inode: 8)])
    let first = try #require(ledger.mapping(at: 0x1000)).file
    let second = try #require(ledger.mapping(at: 0x4000)).file
    #expect(ledger.files[first].path == TextID(11))
    #expect(ledger.files[second].path == TextTable.empty)
    ledger.setPath(TextID(12), of: FileIdentity(device: 1, inode: 8))
    #expect(ledger.files[second].path == TextID(12))
    #expect(ledger.path(of: FileIdentity(device: 1, inode: 7)) == TextID(11))
    #expect(ledger.files.count == 2)
  }
}
