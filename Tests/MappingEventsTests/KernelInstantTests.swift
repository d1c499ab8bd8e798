// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct KernelInstantTests {
  @Test("the time since a later moment is 0")
  func since() {
    let early = KernelInstant(nanoseconds: 10)
    let late = KernelInstant(nanoseconds: 25)
    #expect(late.since(early) == 15)
    #expect(early.since(late) == 0)
    #expect(early < late)
  }
}
