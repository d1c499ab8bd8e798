// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit
import Testing

@testable import MappingLedger

@Suite("Which call stacks are still in use")
struct StackUseTests {
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

  @Test("those of live spaces are, with what stands for them; those of an ended one are not")
  func follows() {
    let ledger = Ledger()
    _ = ledger.apply(event(3, mapped(0x10000)))
    _ = ledger.apply(event(4, mapped(0x20000)))
    _ = ledger.apply(event(5, mapped(0x30000), space: 2))
    ledger.unify(CallPathID(4), with: CallPathID(3))
    #expect(ledger.stacksInUse() == [CallPathID(3), CallPathID(4), CallPathID(5)])
    ledger.endSpace(SpaceKey(2))
    #expect(ledger.stacksInUse() == [CallPathID(3), CallPathID(4)])
    // A path that maps and unmaps is in use although nothing of it is mapped just now.
    _ = ledger.apply(event(6, mapped(0x40000)))
    _ = ledger.apply(event(6, .unmapping(address: 0x40000, bytes: 4096)))
    ledger.recent = RecentCalls()
    #expect(ledger.stacksInUse().contains(CallPathID(6)))
  }

  @Test("what stands for a stack in use is kept, what stands for another is forgotten")
  func forgets() {
    let ledger = Ledger()
    ledger.unify(CallPathID(4), with: CallPathID(3))
    ledger.unify(CallPathID(3), with: CallPathID(2))
    ledger.unify(CallPathID(9), with: CallPathID(8))
    ledger.forgetStacks(except: [CallPathID(4), CallPathID(2)])
    #expect(ledger.canonical(CallPathID(4)) == CallPathID(2))
    #expect(ledger.canonical(CallPathID(3)) == CallPathID(3))
    #expect(ledger.canonical(CallPathID(9)) == CallPathID(9))
  }
}
