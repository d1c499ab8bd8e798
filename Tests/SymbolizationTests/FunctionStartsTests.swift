// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Where functions begin")
struct FunctionStartsTests {
  @Test("a place belongs to the function around it, and to none between two functions")
  func sized() {
    let starts = FunctionStarts(sized: [0x200..<0x280, 0x100..<0x180], labels: [])
    #expect(starts.start(of: 0x100) == 0x100 && starts.start(of: 0x17f) == 0x100)
    #expect(starts.start(of: 0x180) == nil && starts.start(of: 0xff) == nil)
    #expect(starts.start(of: 0x27f) == 0x200 && starts.start(of: 0x280) == nil)
  }

  @Test("a function without a size ends at the next one, and a label inside a function is not one")
  func labels() {
    let starts = FunctionStarts(sized: [0x100..<0x180], labels: [0x100, 0x140, 0x180, 0x1c0])
    #expect(starts.start(of: 0x150) == 0x100)
    #expect(starts.start(of: 0x1bf) == 0x180 && starts.start(of: 0x5000) == 0x1c0)
    #expect(starts.count == 3)
  }

  @Test("of two names for one place the longer function counts")
  func aliases() {
    let starts = FunctionStarts(sized: [0x100..<0x110, 0x100..<0x180], labels: [])
    #expect(starts.start(of: 0x150) == 0x100 && starts.count == 1)
  }
}
