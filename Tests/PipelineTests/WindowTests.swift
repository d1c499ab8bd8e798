// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Pipeline
import TestKit
import Testing

@Suite struct WindowTests {
  private static let main = MappingEvent.main

  private func lists(at when: UInt64) -> JoinedLists {
    let area = SpaceSnapshot.Area(
      range: AddressRange(start: 0x10000, end: 0x11000), protection: [.read, .write])
    let task = ListedTask(
      space: key(0xa), process: ProcessID(100), thread: ThreadID(100), parent: ProcessID(1),
      name: ThreadName("server"), stackPointer: 0, totals: SpaceTotals())
    return JoinedLists(
      at: KernelInstant(nanoseconds: when), reason: .unknown,
      spaces: [(SpaceSnapshot(key: key(0xa), totals: SpaceTotals(), areas: [area]), [task])])
  }

  @Test("events recorded while the kernel makes a list are told after that list is in the tables")
  func window() throws {
    let probe = SinkProbe([.events])
    let pipeline = pipeline([probe])
    pipeline.take(.windowBegan)
    pipeline.take(Self.main.mmap(0x20000, 0x1000).at(10))
    #expect(probe.told == [])
    pipeline.take(.joined(lists(at: 20)))
    #expect(probe.told == ["began", "mapped by 100"])
    let space = try #require(pipeline.ledger.space(of: key(0xa)))
    #expect(space.virtualBytes == 0x2000)
  }

  @Test("a window whose lists do not come is applied all the same")
  func missing() throws {
    let probe = SinkProbe([.events])
    let pipeline = pipeline([probe])
    pipeline.take(.windowBegan)
    pipeline.take(Self.main.mmap(0x20000, 0x1000).at(10))
    pipeline.applyWindow()
    #expect(probe.told == ["began", "mapped by 100"])
  }

  @Test("an audit tells what the joins since it began found, and counts it as drift")
  func audit() {
    let pipeline = pipeline([SinkProbe([])])
    pipeline.take(.windowBegan)
    pipeline.take(.joined(lists(at: 20)))
    // A mapping that no event told of is drift once the kernel is compared with the table.
    pipeline.take(.auditBegan)
    pipeline.take(.windowBegan)
    var changed = lists(at: 40)
    changed.reason = .unsure
    changed.spaces[0].space.areas.append(
      SpaceSnapshot.Area(
        range: AddressRange(start: 0x90000, end: 0x91000), protection: [.read]))
    pipeline.take(.joined(changed))
    pipeline.take(.auditEnded(checked: 2, spaces: 1, at: KernelInstant(nanoseconds: 41)))
    #expect(pipeline.coverage.drift == 1)
  }

  @Test("a loss that may be anywhere puts every table in doubt")
  func loss() throws {
    let probe = SinkProbe([])
    let pipeline = pipeline([probe])
    pipeline.take(.windowBegan)
    pipeline.take(.joined(lists(at: 20)))
    pipeline.take(
      .lost(
        LossNote(
          at: KernelInstant(nanoseconds: 30), total: 3, count: 3, spaces: [], isComplete: false)))
    #expect(pipeline.coverage.lost == 3)
    #expect(try #require(pipeline.ledger.space(of: key(0xa))).hasLostEvents)
    #expect(probe.told.last == "lost 3 in [1]")
  }
}
