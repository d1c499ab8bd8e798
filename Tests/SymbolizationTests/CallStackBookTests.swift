// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Symbolization

@Suite("The call stacks of a run")
struct CallStackBookTests {
  private func resolved(_ id: Int32, _ canonical: Int32, _ names: [String])
    -> StackResolver.Resolved
  {
    StackResolver.Resolved(
      id: StackID(id), space: SpaceKey(1), canonical: StackID(canonical),
      stack: CallStack(
        frames: names.enumerated().map {
          StackFrame(address: UInt64($0.offset), function: $0.element)
        }))
  }

  @Test("a stack that comes again under another id is the first one")
  func aliases() {
    var book = CallStackBook()
    book.add(resolved(0, 0, ["mmap", "load", "main"]))
    book.add(resolved(5, 0, ["mmap", "load", "main"]))
    #expect(book.canonical(StackID(5)) == StackID(0))
    #expect(book[StackID(5)] == book[StackID(0)] && book.count == 1)
    #expect(book[StackID(0)]?.frames.map(\.function) == ["mmap", "load", "main"])
    #expect(book.isKnown(StackID(5)) && !book.isKnown(StackID(6)))
  }

  @Test("what is forgotten goes, what stays keeps its frames, and what comes again is known again")
  func forgets() {
    var book = CallStackBook()
    book.add(resolved(0, 0, ["mmap", "load", "main"]))
    book.add(resolved(1, 1, ["mmap", "store", "main"]))
    book.add(resolved(2, 1, ["mmap", "store", "main"]))
    book.forget(except: [StackID(1)])
    #expect(book.count == 1 && !book.isKnown(StackID(0)))
    #expect(book.canonical(StackID(2)) == StackID(2) && !book.isKnown(StackID(2)))
    #expect(book[StackID(1)]?.frames.map(\.function) == ["mmap", "store", "main"])
    // By the id that it had first, which whoever unwinds still knows.
    book.add(resolved(7, 0, ["mmap", "load", "main"]))
    #expect(book[StackID(7)]?.frames.map(\.function) == ["mmap", "load", "main"])
    #expect(book.canonical(StackID(7)) == StackID(0) && book.isKnown(StackID(0)))
  }
}
