// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Random calls from random call paths: the accounts always equal a recount of the table.
@Suite struct AccountStormTests {
  @Test(
    "after any calls, each account equals a recount of the table",
    arguments: 1...6 as ClosedRange<UInt64>)
  func storm(seed: UInt64) throws {
    var model = KernelModel(seed: seed)
    var dice = SplitMix64(state: seed &* 77)
    let ledger = emptySpace()
    ledger.play(.main.brk(KernelModel.address(0), start: KernelModel.address(0)))
    var children: [UInt64] = []
    for step in 0..<3000 {
      guard let call = Caller(100).anyCall(&model) else { continue }
      let stack = Int32.random(in: -4..<8, using: &dice)
      func from(_ events: [MappingEvent]) -> [MappingEvent] {
        events.map {
          stack < 0
            ? $0.at(UInt64(step) * 1_000_000) : $0.from(stack: stack).at(UInt64(step) * 1_000_000)
        }
      }
      ledger.play(from(call.entered))
      let returned = call.effect(&model)
      ledger.play(from(returned(model)))
      switch Int.random(in: 0..<60, using: &dice) {
      case 0:
        let page = Int.random(in: 64..<KernelModel.count, using: &dice)
        ledger.play(
          MappingEvent.main.cloneThread(
            5000 + UInt32(step), stack: KernelModel.address(page) + 0x800))
      case 1 where step > 1000:
        let pair = (Int32.random(in: 0..<8, using: &dice), Int32.random(in: 0..<8, using: &dice))
        ledger.unify(CallPathID(pair.0), with: CallPathID(pair.1))
      case 2 where children.count < 5:
        let child = 200 + UInt64(children.count)
        ledger.play(
          MappingEvent.main.fork(UInt32(child), in: child, pages: model.mappedBytes >> 12))
        children.append(child)
      default: break
      }
      let space = try #require(ledger.space())
      try #require(space.accounted() == space.recount(), "step \(step)")
      try #require(space.unbalanced() == [], "step \(step)")
    }
    for child in children {
      let space = try #require(ledger.space(child))
      #expect(space.accounted() == space.recount())
    }
  }

  @Test("after a list that differs from the table, each account equals a recount")
  func merges() throws {
    let ledger = emptySpace()
    for slot in 0..<8 as Range<UInt64> {
      ledger.play(.main.mmap(0x10_0000 * (slot + 1), 0x4000).from(stack: 1))
    }
    ledger.noteLoss(in: key(0xa))
    let areas = (2..<12 as Range<UInt64>).map {
      SpaceSnapshot.Area(
        range: AddressRange(start: 0x10_0000 * $0, length: 0x2000 * ($0 % 3 + 1)),
        protection: $0 % 2 == 0 ? [.read] : [.read, .write])
    }
    ledger.merge(
      SpaceSnapshot(key: key(0xa), totals: SpaceTotals(), areas: areas),
      at: KernelInstant(nanoseconds: 5), reason: .lost)
    let space = try #require(ledger.space())
    #expect(space.accounted() == space.recount())
    #expect(space.unbalanced() == [])
  }
}
