// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Functions of just-in-time compilers")
struct PerfMapTests {
  private let map = PerfMap(
    """
    7f00000000a0 20 LazyCompile:*handle server.js:12
    7f0000000000 a0 Builtin:Entry with spaces
    not a line of a map
    7f00000000a0 10 LazyCompile:*handle again
    """)

  @Test("an address lies in the function that starts at or before it and is long enough")
  func finds() {
    #expect(map.function(at: 0x7f00_0000_009f) == "Builtin:Entry with spaces")
    #expect(map.function(at: 0x7f00_0000_00b0) == nil)
    #expect(map.function(at: 0x7eff_ffff_ffff) == nil)
  }

  @Test("code that is compiled again at an address has the later name")
  func laterWins() {
    #expect(map.function(at: 0x7f00_0000_00a8) == "LazyCompile:*handle again")
  }
}
