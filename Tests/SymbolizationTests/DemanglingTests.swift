// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Names as their language writes them")
struct DemanglingTests {
  @Test(
    "C++, Rust and Swift symbols are demangled, others stay",
    arguments: [
      ("_ZN3net6Server6acceptEi", "net::Server::accept(int)"),
      ("_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place"),
      ("_RNvC6_123foo3bar", "123foo::bar"),
      ("$s4demo4leakyyF", "demo.leak() -> ()"),
      ("mmap@@GLIBC_2.2.5", "mmap"), ("_start", "_start"), ("main", "main"),
    ])
  func demangles(symbol: String, name: String) {
    #expect(demangled(symbol) == name)
  }
}
