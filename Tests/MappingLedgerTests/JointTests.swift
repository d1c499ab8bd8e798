// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// A list of the kernel's is made while calls go on: it shows each of them done or not.
@Suite struct JointTests {
  let ledger = emptySpace()

  /// Joins a list to the stream, with what was recorded meanwhile; answers the drift.
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

  @Test("what was mapped or unmapped meanwhile is left to the events, done in the list or not")
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

  @Test("where a list was interrupted while calls went on nothing is taken for gone")
  func seam() {
    ledger.play(.main.mmap(0x10000, 0x1000), .main.mmap(0x20000, 0x2000))
    _ = ledger.takeWanted()
    // The munmap split the area that was next, and then failed: the kernel goes on with the last part.
    var rest = SpaceSnapshot.Area.anonymous(0x21000, 0x22000)
    rest.followsSeam = true
    let list: [SpaceSnapshot.Area] = [.anonymous(0x10000, 0x11000), rest]
    let window: [MappingEvent] = [.main.munmap(0x21000, 0x1000), .main.munmapFailed()]
    #expect(join(list, window) == [])
    #expect(ledger.layout() == ["10000-11000 rw-", "20000-22000 rw-"])
    #expect(ledger.takeWanted() == [key(0xa): .unsure])
    #expect(join([.anonymous(0x10000, 0x11000), .anonymous(0x20000, 0x22000)], at: 90) == [])
    #expect(ledger.takeWanted() == [:] && ledger.space()?.doubts.isEmpty == true)
    // In a quiet space nobody splits anything.
    join(list, at: 99)
    #expect(ledger.layout() == ["10000-11000 rw-", "21000-22000 rw-"])
  }

  @Test("a call that is seen to be over no longer keeps doubts where it was from being settled")
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

  @Test("a list from after a move and a reuse of the address does not hide what was moved")
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

  @Test("what was moved out of the unknown is asked for once more")
  func movedUnknown() {
    ledger.noteLoss(in: key(0xa))
    _ = ledger.takeWanted()
    // The list is from after all of it, and the other thread's mapping is what seems to be moved.
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

  @Test("moves after the list are known again")
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

  @Test("a list that shows what a munmap is about to take does not bring it back")
  func unmapUnderWay() {
    ledger.play(.main.mmap(0x10000, 0x2000), .main.munmap(0x10000, 0x1000).at(40))
    #expect(join([.anonymous(0x10000, 0x12000)]) == [])
    #expect(ledger.layout() == ["11000-12000 rw-"])
  }

  @Test("what a munmap of the unknown is about to take stays unknown")
  func unmapUnderWayUnknown() {
    ledger.noteLoss(in: key(0xa))
    _ = ledger.takeWanted()
    ledger.play(.main.munmap(0x10000, 0x1000).at(40))
    join([.anonymous(0x10000, 0x12000)], reason: .lost)
    #expect(ledger.layout() == ["11000-12000 rw-"])
    #expect(ledger.wants() == .unsure)
    #expect(ledger.space()?.doubts.ranges == [AddressRange(start: 0x10000, end: 0x11000)])
  }

  @Test("once its thread does something else, or long after, a munmap is done")
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

  @Test("a shmdt that has begun is not undone by a list either")
  func detachUnderWay() {
    ledger.play(.main.shmat(0x10000, 0x2000), .main.shmdt(0x10000).at(40))
    #expect(join([.file(0x10000, 0x12000, [.read, .write], isShared: true)]) == [])
    #expect(ledger.layout() == [])
  }

  @Test("a shmdt of the unknown is told, though the list has its segment no more")
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

  @Test("a break that the list knows sooner than the events still grows the heap")
  func breakAhead() {
    join([], SpaceTotals(startBreak: 0x5000, currentBreak: 0x5000))
    join([], [.main.brk(0x7000)], SpaceTotals(startBreak: 0x5000, currentBreak: 0x7000))
    #expect(ledger.layout() == ["5000-7000 rw- heap"])
  }

  @Test("a list is of no use to a space that exec has replaced meanwhile")
  func replaced() {
    ledger.play(.main.mmap(0x10000, 0x1000))
    join([.anonymous(0x20000, 0x21000)], [.main.execve(in: 0xa)])
    #expect(ledger.layout() == [])
    #expect(ledger.wants() == .execed(KernelInstant(nanoseconds: 1)))
  }

  @Test("a child forked before the list was made is asked about: its parent may be ahead")
  func forkedBefore() {
    ledger.noteLoss(in: key(0xa))
    join([.anonymous(0x10000, 0x11000)], [.main.fork(200, in: 0xb)], reason: .lost)
    #expect(ledger.wants(0xb) == .forked)
    ledger.play(MappingEvent.main.fork(201, in: 0xc).at(60))
    #expect(ledger.wants(0xc) == nil)
  }

  @Test("below what was something else before, a stack that grows down is new")
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
