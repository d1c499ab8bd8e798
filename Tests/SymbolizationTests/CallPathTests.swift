// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("When two captures are one call path")
struct CallPathTests {
  private let native = [
    StackFrame(address: 0x7f00_0001_0010, function: "mmap", module: "/lib/libc.so.6"),
    StackFrame(address: 0x7f00_0002_0020, module: "/usr/lib/jvm/libjvm.so"),
  ]

  private func hash(_ frames: [StackFrame]) -> Int { CallPath(frames: frames).pathHash }

  private func compiled(_ address: UInt64, _ function: String? = nil) -> StackFrame {
    StackFrame(address: address, function: function, unresolved: function == nil ? .noModule : nil)
  }

  @Test("code that is compiled again moves, and the path stays the same")
  func compiledAnew() {
    #expect(hash(native + [compiled(0x1000)]) == hash(native + [compiled(0x2000), compiled(7)]))
    #expect(hash(native + [compiled(0x1000)]) == hash(native))
  }

  @Test("with a perf map names count, not addresses")
  func named() {
    #expect(
      hash(native + [compiled(0x1000, "LReport;::load")])
        == hash(native + [compiled(0x2000, "LReport;::load")]))
    #expect(
      hash(native + [compiled(0x1000, "LReport;::load")])
        != hash(native + [compiled(0x1000, "LReport;::save")]))
  }

  @Test(
    "code of modules counts by its address, and so does compiled code that called the C library alone"
  )
  func addresses() {
    var other = native
    other[1].address += 4
    #expect(hash(native) != hash(other))
    let mmap = Array(native.prefix(1))
    #expect(hash(mmap + [compiled(0x1000)]) != hash(mmap + [compiled(0x2000)]))
  }

  private func walk(_ addresses: [UInt64]) -> [StackFrame] {
    addresses.map { StackFrame(address: $0, function: "walk", module: "/usr/bin/server") }
  }

  /// The hash of a path through `inside`, between two other places.
  private func through(_ inside: [UInt64]) -> Int { hash(walk([10] + inside + [90])) }

  @Test("recursion of any depth is one path, through one function or up to three")
  func recursion() {
    #expect(through([20]) == through(.init(repeating: 20, count: 200)))
    #expect(through([1, 2, 1, 2]) == through([1, 2]))
    #expect(through([1, 2, 3, 1, 2, 3, 1, 2, 3]) == through([1, 2, 3]))
    #expect(through([1, 1, 2, 1, 1, 1, 2]) == through([1, 2]))
  }

  @Test("steps that do not repeat in a row stay")
  func noRecursion() {
    #expect(through([1, 2, 1]) != through([1, 2]))
    #expect(withoutRepeats([1, 2, 3, 4, 1, 2, 3, 4]) == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(withoutRepeats([Int]()).isEmpty)
  }
}
