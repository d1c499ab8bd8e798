// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LiveView
import MappingEvents
import Testing

@testable import MappingLedger

@Suite struct EventWordsTests {
  private let range = AddressRange(start: 0x7f00_0000_0000, length: 10 << 20)

  private func words(
    _ fact: MappingEvent.Fact, _ effect: LedgerChange.Effect, path: String? = nil
  ) -> String? {
    eventWords(
      MappingEvent.other.event(fact), LedgerChange(space: 1, effect: effect), path: path)
  }

  private func mapped(_ flags: MapFlags) -> MappingEvent.Fact {
    .mapped(
      MappingEvent.Mapped(
        address: 0x7f00_0000_0000, bytes: 10 << 20, protection: [.read, .write], flags: flags))
  }

  @Test("a mapping has its size, address, protection and content")
  func map() {
    #expect(
      words(mapped([.private, .anonymous, .stack]), .mapped(range, replacedBytes: 0))
        == "mapped 10.0 MiB at 0x7f0000000000 rw-p anonymous stack")
    #expect(
      words(mapped([.private]), .mapped(range, replacedBytes: 4096), path: "/lib/x.so")
        == "mapped 10.0 MiB at 0x7f0000000000 rw-p /lib/x.so, replacing 4 KiB")
  }

  @Test("freed bytes count, not requested ones")
  func unmap() {
    #expect(
      words(.unmapping(address: range.start, bytes: 10 << 20), .unmapped(range, freed: 4096))
        == "unmapped 4 KiB at 0x7f0000000000")
    #expect(
      words(.unmapFailed, .restored(bytes: 4096))
        == "munmap failed: 4 KiB still mapped")
  }

  @Test("a guard is called one")
  func protect() {
    #expect(
      words(
        .protected(address: range.start, bytes: 4096, prot: 0, error: 0),
        .protected(AddressRange(start: range.start, length: 4096), []))
        == "protected 4 KiB at 0x7f0000000000 --- (a guard)")
  }

  @Test("a call that failed has no line")
  func failed() {
    #expect(words(mapped([.private, .anonymous]), .none) == nil)
  }
}
