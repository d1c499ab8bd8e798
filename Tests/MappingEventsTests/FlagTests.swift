// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct FlagTests {
  @Test("MAP_SHARED and MAP_SHARED_VALIDATE share; MAP_PRIVATE does not")
  func shared() {
    #expect(MapFlags(rawValue: 0x03).isShared)
    #expect(MapFlags.shared.isShared)
    #expect(!MapFlags.private.isShared)
  }

  @Test("the upper six bits of the flags ask for a huge page size")
  func hugePageShift() {
    #expect(MapFlags(rawValue: 30 << 26 | 0x40000).hugePageShift == 30)
    #expect(MapFlags.hugeTLB.hugePageShift == nil)
  }
}
