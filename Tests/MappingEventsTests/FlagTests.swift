// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct FlagTests {
  @Test("MAP_SHARED_VALIDATE shares as MAP_SHARED does, and MAP_PRIVATE does not")
  func shared() {
    #expect(MapFlags(rawValue: 0x03).isShared)
    #expect(MapFlags.shared.isShared)
    #expect(!MapFlags.private.isShared)
  }

  @Test("a huge page size is asked for in the upper six bits of the flags")
  func hugePageShift() {
    #expect(MapFlags(rawValue: 30 << 26 | 0x40000).hugePageShift == 30)
    #expect(MapFlags.hugeTLB.hugePageShift == nil)
  }
}
