// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit
import Testing

@testable import MappingLedger

@Suite("Which call paths are still in use")
struct CallPathUseTests {
  private func event(_ stack: Int32, _ fact: MappingEvent.Fact, space: UInt64 = 1) -> MappingEvent {
    MappingEvent(
      when: KernelInstant(nanoseconds: 10), process: ProcessID(UInt32(space)),
      thread: ThreadID(UInt32(space)), space: SpaceKey(space), callPath: CallPathID(stack),
      fact: fact)
  }

  private func mapped(_ address: UInt64) -> MappingEvent.Fact {
    .mapped(
      MappingEvent.Mapped(
        address: address, bytes: 4096, protection: [.read, .write], flags: [.private, .anonymous]))
  }

  @Test(
    "call paths of live spaces are in use, with those that stand for them; those of an ended space are not"
  )
  func follows() {
    let ledger = Ledger()
    _ = ledger.apply(event(3, mapped(0x10000)))
    _ = ledger.apply(event(4, mapped(0x20000)))
    _ = ledger.apply(event(5, mapped(0x30000), space: 2))
    ledger.unify(CallPathID(4), with: CallPathID(3))
    #expect(ledger.callPathsInUse() == [CallPathID(3), CallPathID(4), CallPathID(5)])
    ledger.endSpace(SpaceKey(2))
    #expect(ledger.callPathsInUse() == [CallPathID(3), CallPathID(4)])
    // A call path with an account is in use, even if nothing of it is mapped now.
    _ = ledger.apply(event(6, mapped(0x40000)))
    _ = ledger.apply(event(6, .unmapping(address: 0x40000, bytes: 4096)))
    ledger.recent = RecentCalls()
    #expect(ledger.callPathsInUse().contains(CallPathID(6)))
  }

  @Test("a call path in use keeps the one that stands for it; others are forgotten")
  func forgets() {
    let ledger = Ledger()
    ledger.unify(CallPathID(4), with: CallPathID(3))
    ledger.unify(CallPathID(3), with: CallPathID(2))
    ledger.unify(CallPathID(9), with: CallPathID(8))
    ledger.forgetCallPaths(except: [CallPathID(4), CallPathID(2)])
    #expect(ledger.canonical(CallPathID(4)) == CallPathID(2))
    #expect(ledger.canonical(CallPathID(3)) == CallPathID(3))
    #expect(ledger.canonical(CallPathID(9)) == CallPathID(9))
  }

  @Test("a thread stack counts for the canonical call path, also if its mapping has another id")
  func threadStack() throws {
    let ledger = Ledger()
    _ = ledger.apply(event(4, mapped(0x10000)))
    ledger.unify(CallPathID(4), with: CallPathID(3))
    let clone = MappingEvent.TaskCreated(
      flags: .thread, childProcess: ProcessID(1), childThread: ThreadID(7),
      childSpace: SpaceKey(1), stackPointer: 0x11000)
    _ = ledger.apply(event(5, .taskCreated(clone)))
    let space = try #require(ledger.spaces[SpaceKey(1)])
    let mapping = try #require(space.table.entry(containing: 0x10000)).value
    #expect(mapping.callPath == CallPathID(4) && mapping.kind == .threadStack)
    let origin = space.accounts[mapping.account].origin
    #expect(origin == Origin(kind: .threadStack, callPath: CallPathID(3)))
  }

  @Test("a mapping that grows without a call path counts for the canonical one of its own")
  func grown() throws {
    let ledger = Ledger()
    _ = ledger.apply(event(4, mapped(0x10000)))
    ledger.unify(CallPathID(4), with: CallPathID(3))
    var grows = event(
      0,
      .remapped(
        MappingEvent.Remapped(
          oldAddress: 0x10000, oldBytes: 0x1000, newBytes: 0x3000, result: 0x10000)))
    grows.callPath = nil
    _ = ledger.apply(grows)
    let space = try #require(ledger.spaces[SpaceKey(1)])
    let mapping = try #require(space.table.entry(containing: 0x12000)).value
    let origin = space.accounts[mapping.account].origin
    #expect(origin == Origin(kind: .anonymous, manner: .grown, callPath: CallPathID(3)))
  }

  @Test("a mapping takes 52 bytes and an origin 16: tables hold one for each mapping or account")
  func sizes() {
    #expect(MemoryLayout<LiveMapping>.size == 52 && MemoryLayout<Origin>.size == 16)
  }
}
