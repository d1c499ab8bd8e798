// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct CallPathAliasesTests {
  private func path(_ raw: Int32) -> CallPathID { CallPathID(raw) }

  /// A table in which each first id was unified with the second one, in order.
  private func table(_ pairs: [(Int32, Int32)]) -> CallPathAliases {
    var aliases = CallPathAliases()
    for (id, canonical) in pairs { aliases.unify(path(id), with: path(canonical)) }
    return aliases
  }

  @Test("an id that was never unified stands for itself")
  func none() {
    let aliases = table([])
    #expect(aliases.isEmpty && aliases.canonical(path(4)) == path(4))
  }

  @Test("unified ids have one canonical id, the second one")
  func pair() {
    let aliases = table([(4, 3)])
    #expect(aliases.canonical(path(4)) == path(3) && aliases.canonical(path(3)) == path(3))
    #expect(aliases.count == 1)
  }

  @Test(
    "ids that were unified in a chain have one canonical id, in whatever order",
    arguments: [
      [(4, 3), (3, 2), (2, 1)], [(2, 1), (3, 2), (4, 3)], [(4, 3), (2, 1), (3, 2)],
    ] as [[(Int32, Int32)]])
  func chain(pairs: [(Int32, Int32)]) {
    let aliases = table(pairs)
    for id in 1...4 as ClosedRange<Int32> { #expect(aliases.canonical(path(id)) == path(1)) }
  }

  @Test("an id that is unified a second time takes everything it stands for along")
  func again() {
    let aliases = table([(4, 3), (4, 2)])
    for id in 2...4 as ClosedRange<Int32> { #expect(aliases.canonical(path(id)) == path(2)) }
  }

  @Test("unifying tells which canonical ids it joined; nil when they were one already")
  func joined() throws {
    var aliases = table([(4, 3), (2, 1)])
    let first = aliases.unify(path(4), with: path(2))
    let change = try #require(first)
    #expect(change.joined == path(3) && change.into == path(1))
    let second = aliases.unify(path(1), with: path(4))
    #expect(second == nil)
    let same = aliases.unify(path(7), with: path(7))
    #expect(same == nil)
  }

  @Test("an id from a damaged record is not unified")
  func invalid() {
    var aliases = CallPathAliases()
    let first = aliases.unify(path(-1), with: path(3))
    let second = aliases.unify(path(3), with: path(-1))
    #expect(first == nil && second == nil && aliases.isEmpty)
  }

  @Test("an id in use keeps its canonical id when the ids between them are forgotten")
  func keeps() {
    var aliases = table([(4, 3), (3, 2), (9, 8)])
    aliases.keep([path(4), path(2)])
    #expect(aliases.canonical(path(4)) == path(2))
    #expect(aliases.canonical(path(3)) == path(3) && aliases.canonical(path(9)) == path(9))
    #expect(aliases.count == 1)
  }
}
