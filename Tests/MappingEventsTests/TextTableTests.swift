// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct TextTableTests {
  @Test("the empty text is there from the start")
  func empty() {
    var table = TextTable()
    #expect(table[TextTable.empty] == "")
    #expect(table.intern("") == TextTable.empty)
    #expect(table.count == 1)
  }

  @Test("equal texts have one id, others their own")
  func interning() {
    var table = TextTable()
    let a = table.intern("/a")
    let b = table.intern("/b")
    #expect(a != b)
    #expect(table.intern("/a") == a)
    #expect(table[a] == "/a" && table[b] == "/b")
  }

  @Test("a full table keeps its texts, and every further text says that there are too many")
  func full() {
    var table = TextTable(capacity: 4)
    let known = ["/a", "/b"].map { table.intern($0) }
    let late = table.intern("/c")
    #expect(table[late] == "(too many distinct paths)")
    #expect(table.intern("/d") == late)
    #expect(known.map { table[$0] } == ["/a", "/b"])
    #expect(table.intern("/a") == known[0])
    #expect(table.count == 3)
  }
}
