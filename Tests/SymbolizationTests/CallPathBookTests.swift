// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Symbolization

@Suite("The call paths of a run")
struct CallPathBookTests {
  private func resolved(_ id: Int32, _ canonical: Int32, _ names: [String])
    -> CallPathResolver.Resolved
  {
    CallPathResolver.Resolved(
      id: CallPathID(id), space: SpaceKey(1), canonical: CallPathID(canonical),
      stack: CallPath(
        frames: names.enumerated().map {
          StackFrame(address: UInt64($0.offset), function: $0.element)
        }))
  }

  @Test("a call path that comes again under another id is one call path, known by both ids")
  func aliases() {
    var book = CallPathBook()
    book.add(resolved(0, 0, ["mmap", "load", "main"]))
    book.add(resolved(5, 0, ["mmap", "load", "main"]))
    #expect(book[CallPathID(5)] == book[CallPathID(0)] && book.count == 1)
    #expect(book[CallPathID(0)]?.frames.map(\.function) == ["mmap", "load", "main"])
    #expect(book.isKnown(CallPathID(5)) && !book.isKnown(CallPathID(6)))
  }

  @Test("a forgotten call path is unknown until it comes again, and the others keep their frames")
  func forgets() {
    var book = CallPathBook()
    book.add(resolved(0, 0, ["mmap", "load", "main"]))
    book.add(resolved(1, 1, ["mmap", "store", "main"]))
    book.add(resolved(2, 1, ["mmap", "store", "main"]))
    book.forget(except: [CallPathID(1)])
    #expect(book.count == 1 && !book.isKnown(CallPathID(0)))
    #expect(!book.isKnown(CallPathID(2)))
    #expect(book[CallPathID(1)]?.frames.map(\.function) == ["mmap", "store", "main"])
    // The resolver still knows the id that it had first.
    book.add(resolved(7, 0, ["mmap", "load", "main"]))
    #expect(book[CallPathID(7)]?.frames.map(\.function) == ["mmap", "load", "main"])
    #expect(book[CallPathID(0)] == book[CallPathID(7)])
  }
}
