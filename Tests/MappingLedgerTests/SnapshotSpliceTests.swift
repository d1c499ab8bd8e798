// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Lists that the kernel makes while calls go on. A list shows each of those calls done or not done.
@Suite struct SnapshotSpliceTests {
  let ledger = emptySpace()

  /// Merges a list, then applies the events that were recorded meanwhile. Returns the drift.
  @discardableResult
  private func join(
    _ areas: [SpaceSnapshot.Area], _ window: [MappingEvent] = [], at when: UInt64 = 50,
    _ totals: SpaceTotals = SpaceTotals(), reason: SnapshotReason = .unsure
  ) -> [String] {
    let drift = ledger.merge(
      SpaceSnapshot(key: key(0xa), totals: totals, areas: areas),
      at: KernelInstant(nanoseconds: when), reason: reason, window: window)
    ledger.play(window)
    return drift.map { text($0.range) }
  }

  @Test(
    "mappings that changed during the list follow the events, whether the list shows the change or not"
  )
  func settled() throws {
    ledger.play(.main.mmap(0x10000, 0x1000).at(7), .main.mmap(0x20000, 0x1000))
    let window: [MappingEvent] = [
      .main.munmap(0x20000, 0x1000), .main.mmap(0x30000, 0x1000), .main.mprotect(0x10000, 1, .read),
    ]
    #expect(join([.anonymous(0x10000, 0x11000), .anonymous(0x20000, 0x21000)], window) == [])
    #expect(ledger.layout() == ["10000-11000 r--", "30000-31000 rw-"])
    #expect(ledger.activity()?.unmappedBytes == 0x1000)
    #expect(ledger.mapping(at: 0x10000)?.born == KernelInstant(nanoseconds: 7))
  }

  @Test("nothing counts as unmapped where a list was interrupted while calls went on")
  func seam() {
    ledger.play(.main.mmap(0x10000, 0x1000), .main.mmap(0x20000, 0x2000))
    _ = ledger.takeWanted()
    // The munmap split the area that came next, and then failed. The kernel continues its list with the
    // last part of that area.
    var rest = SpaceSnapshot.Area.anonymous(0x21000, 0x22000)
    rest.followsSeam = true
    let list: [SpaceSnapshot.Area] = [.anonymous(0x10000, 0x11000), rest]
    let window: [MappingEvent] = [.main.munmap(0x21000, 0x1000), .main.munmapFailed()]
    #expect(join(list, window) == [])
    #expect(ledger.layout() == ["10000-11000 rw-", "20000-22000 rw-"])
    #expect(ledger.takeWanted() == [key(0xa): .unsure])
    #expect(join([.anonymous(0x10000, 0x11000), .anonymous(0x20000, 0x22000)], at: 90) == [])
    #expect(ledger.takeWanted() == [:] && ledger.space()?.doubts.isEmpty == true)
    // Without calls in the window, no area can have been split.
    join(list, at: 99)
    #expect(ledger.layout() == ["10000-11000 rw-", "21000-22000 rw-"])
  }

  @Test("once a call is known to have returned, a list settles the doubts in its range")
  func over() {
    ledger.play(.main.mmap(0x10000, 0x1000), .other.munmap(0x10000, 0x10000), .main.unsure())
    let list: [SpaceSnapshot.Area] = [.anonymous(0x12000, 0x13000)]
    join(list)
    #expect(ledger.layout() == [] && ledger.takeWanted() == [key(0xa): .unsure])
    let calls = ledger.callsUnderWay(in: key(0xa))
    #expect(calls.count == 1)
    ledger.endCalls(calls)
    #expect(ledger.callsUnderWay(in: key(0xa)).isEmpty)
    join(list, at: 90)
    #expect(ledger.layout() == ["12000-13000 rw-"] && ledger.takeWanted() == [:])
  }

  @Test("a list made after a move and a reuse of the old address does not hide the move")
  func moved() {
    ledger.play(.main.mmap(0x10000, 0x1000).at(7).from(stack: 3))
    let drift = join(
      [.anonymous(0x10000, 0x11000, .read), .anonymous(0x80000, 0x81000)],
      [
        .main.mremapEntered(0x10000, 0x1000), .main.mremap(0x10000, 0x1000, to: 0x80000, 0x1000),
        .other.mmap(0x10000, 0x1000, .read),
      ])
    #expect(drift == [])
    #expect(ledger.layout() == ["10000-11000 r--", "80000-81000 rw-"])
    #expect(ledger.mapping(at: 0x80000)?.born == KernelInstant(nanoseconds: 7))
    #expect(ledger.wants() == nil)
  }

  @Test("the kernel is asked again about a mapping that was moved out of a doubtful range")
  func movedUnknown() {
    ledger.noteLoss(in: key(0xa))
    _ = ledger.takeWanted()
    // The list shows everything done, so the other thread's mapping seems to be the one that was moved.
    let list: [SpaceSnapshot.Area] = [
      .anonymous(0x10000, 0x11000, .read), .anonymous(0x80000, 0x81000),
    ]
    join(
      list,
      [
        .main.mremapEntered(0x10000, 0x1000), .main.mremap(0x10000, 0x1000, to: 0x80000, 0x1000),
        .other.mmap(0x10000, 0x1000, .read),
      ], reason: .lost)
    #expect(ledger.wants() == .unsure)
    join(list, at: 90)
    #expect(ledger.layout() == ["10000-11000 r--", "80000-81000 rw-"])
    #expect(ledger.takeWanted() == [key(0xa): .unsure])
    #expect(ledger.space()?.doubts.isEmpty == true)
  }

  @Test("a move after the list leaves no doubt")
  func movedLater() {
    ledger.noteLoss(in: key(0xa))
    join([.anonymous(0x10000, 0x11000)], reason: .lost)
    _ = ledger.takeWanted()
    ledger.play(
      MappingEvent.main.mremapEntered(0x10000, 0x1000).at(60),
      MappingEvent.main.mremap(0x10000, 0x1000, to: 0x80000, 0x2000).at(61))
    #expect(ledger.layout() == ["80000-82000 rw-"])
    #expect(ledger.wants() == nil)
  }

  @Test("a list made during a munmap does not bring back what it unmaps")
  func unmapUnderWay() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.munmap(0x10000, 0x1000).at(40))
    #expect(join([.anonymous(0x10000, 0x12000)]) == [])
    #expect(ledger.layout() == ["11000-12000 rw-"])
  }

  @Test("a range in doubt stays in doubt while a munmap of it runs")
  func unmapUnderWayUnknown() {
    ledger.noteLoss(in: key(0xa))
    _ = ledger.takeWanted()
    ledger.play(.main.munmap(0x10000, 0x1000).at(40))
    join([.anonymous(0x10000, 0x12000)], reason: .lost)
    #expect(ledger.layout() == ["11000-12000 rw-"])
    #expect(ledger.wants() == .unsure)
    #expect(ledger.space()?.doubts.ranges == [AddressRange(start: 0x10000, end: 0x11000)])
  }

  @Test("a munmap has ended once its thread does something else, or after 2 s")
  func unmapDone() {
    ledger.play(
      .main.munmap(0x10000, 0x1000).at(40), .main.mmap(0x30000, 0x1000).at(41),
      .other.munmap(0x20000, 0x1000).at(42))
    let list: [SpaceSnapshot.Area] = [
      .anonymous(0x10000, 0x11000), .anonymous(0x20000, 0x21000), .anonymous(0x30000, 0x31000),
    ]
    #expect(join(list) == ["10000-11000"])
    #expect(join(list, at: 3_000_000_000) == ["20000-21000"])
  }

  @Test("a list made during a shmdt does not bring the segment back")
  func detachUnderWay() {
    ledger.play(.main.shmat(0x10000, 0x2000), .main.shmdt(0x10000).at(40))
    #expect(join([.file(0x10000, 0x12000, [.read, .write], isShared: true)]) == [])
    #expect(ledger.layout() == [])
  }

  @Test("a shmdt in a doubtful space is reported, even if the list no longer has the segment")
  func detachUnknown() {
    ledger.play(.main.shmat(0x10000, 0x2000), .main.unsure())
    let shmdt = MappingEvent.main.shmdt(0x10000)
    let list = SpaceSnapshot(key: key(0xa), totals: SpaceTotals(), areas: [])
    ledger.merge(list, at: KernelInstant(nanoseconds: 50), reason: .unsure, window: [shmdt])
    guard case .detached(let range, freed: 0x2000) = ledger.apply(shmdt).effect else {
      Issue.record("the shmdt found nothing")
      return
    }
    #expect(text(range) == "10000-12000")
    join([], at: 3_000_000_000)
    #expect(ledger.layout() == [] && ledger.space()?.doubts.isEmpty == true)
  }

  @Test("a brk in the window grows the heap, even if the list has the new break already")
  func breakAhead() {
    join([], SpaceTotals(startBreak: 0x5000, currentBreak: 0x5000))
    join([], [.main.brk(0x7000)], SpaceTotals(startBreak: 0x5000, currentBreak: 0x7000))
    #expect(ledger.layout() == ["5000-7000 rw- heap"])
  }

  @Test("a list is ignored if an exec has replaced the space meanwhile")
  func replaced() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    join([.anonymous(0x20000, 0x21000)], [.main.execve(in: 0xa)])
    #expect(ledger.layout() == [])
    #expect(ledger.wants() == .execed(KernelInstant(nanoseconds: 1)))
  }

  @Test("a child that was forked before its parent was listed needs a list")
  func forkedBefore() {
    ledger.noteLoss(in: key(0xa))
    join([.anonymous(0x10000, 0x11000)], [.main.fork(200, in: 0xb)], reason: .lost)
    #expect(ledger.wants(0xb) == .forked)
    ledger.play(MappingEvent.main.fork(201, in: 0xc).at(60))
    #expect(ledger.wants(0xc) == nil)
  }

  @Test("a stack that grows down below another kind of mapping is a missing mapping")
  func growsDownAnew() {
    ledger.play(.main.mmap(0x11000, 0x2000, .read), .main.unsure())
    join([.stack(0x10000, 0x13000)])
    #expect(ledger.layout() == ["10000-11000 rw-", "11000-13000 rw-"])
  }

  private func join(_ areas: [SpaceSnapshot.Area], _ totals: SpaceTotals) {
    join(areas, [], totals)
  }

  private func join(
    _ areas: [SpaceSnapshot.Area], _ window: [MappingEvent], _ totals: SpaceTotals
  ) {
    join(areas, window, at: 50, totals)
  }
}
