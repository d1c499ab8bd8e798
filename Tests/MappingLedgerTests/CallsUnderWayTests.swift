// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import TestKit
import Testing

@testable import MappingLedger

@Suite("The calls that threads have begun")
struct CallsUnderWayTests {
  private func call(_ thread: UInt32, _ ordinal: UInt64) -> CallsUnderWay.Call {
    CallsUnderWay.Call(
      thread: thread, space: Int(thread % 3), ordinal: ordinal,
      range: AddressRange(start: ordinal, length: 4096), when: KernelInstant(nanoseconds: ordinal))
  }

  @Test("the table equals a dictionary through 100,000 changes", arguments: 1...4)
  func equalsDictionary(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var calls = CallsUnderWay()
    var model: [UInt32: UInt64] = [:]
    for step in 1...100_000 as ClosedRange<UInt64> {
      // Few threads at first, then many, so that the table grows meanwhile.
      let thread = UInt32(1 + random.below(step < 50_000 ? 20 : 400))
      if random.below(2) == 0 {
        calls.insert(call(thread, step))
        model[thread] = step
      } else {
        #expect(calls.remove(thread) == (model.removeValue(forKey: thread) != nil))
      }
      let asked = UInt32(1 + random.below(400))
      #expect(calls.ordinal(of: asked) == model[asked])
    }
    let found = calls.calls { _ in true }
    #expect(found.count == model.count)
    #expect(found.allSatisfy { model[$0.thread] == $0.ordinal })
    #expect(calls.calls { $0.space == 1 }.allSatisfy { $0.thread % 3 == 1 })
  }
}
