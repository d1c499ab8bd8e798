// SPDX-License-Identifier: Apache-2.0
import LiveView
import Reporting
import TestKit
import Testing

@Suite struct KeyTests {
  private let extent = Extent(order: [5, 7, 9], page: 2, length: 3)

  private func action(
    _ key: Key, after keys: [Key] = [], _ state: ViewState = ViewState()
  ) -> Action? {
    var state = pressed(keys, state, in: extent)
    return state.handle(key, in: extent)
  }

  @Test("q and F10 leave, from everywhere but a filter being typed")
  func quit() {
    for key in [Key.character("q"), .function(10)] {
      #expect(action(key) == .quit)
      #expect(action(key, after: [.enter]) == .quit)
      #expect(action(key, after: [.function(1)]) == .quit)
    }
    #expect(action(.character("q"), after: [.character("/")]) == nil)
    #expect(pressed([.character("/"), .character("q")]).filter == "q")
  }

  @Test(
    "the cursor stays on its process when the order changes, and falls to the first when it ends")
  func cursor() {
    let state = pressed([.down, .down], in: extent)
    #expect(state.selected == 9)
    var moved = state
    #expect(
      moved.handle(.enter, in: Extent(order: [9, 5, 7], page: 2, length: 3)) == .open(space: 9))
    var gone = state
    #expect(gone.handle(.enter, in: Extent(order: [5, 7], page: 2, length: 2)) == .open(space: 5))
  }

  @Test("without a choice the cursor is on whichever is first, and Home goes back to that")
  func followsTheFirst() {
    #expect(action(.enter) == .open(space: 5))
    #expect(pressed([.down, .home], in: extent).selected == nil)
    #expect(pressed([.end], in: extent).selected == 9)
    #expect(pressed([.pageDown, .pageDown, .pageUp], in: extent).selected == 5)
    #expect(action(.enter, after: [.up]) == .open(space: 5))
  }

  @Test("Enter opens the process, Escape goes back with the cursor on it")
  func open() {
    let open = pressed([.down, .enter], in: extent)
    #expect(open.focus == 7 && open.pane == .verdict)
    let closed = pressed([.escape], open, in: extent)
    #expect(closed.focus == nil && closed.selected == 7)
  }

  @Test("an empty table opens nothing")
  func nothingToOpen() {
    var state = ViewState()
    #expect(state.handle(.enter, in: Extent()) == nil)
    #expect(state.handle(.down, in: Extent()) == nil)
    #expect(state.focus == nil)
  }

  @Test("Tab goes through the parts of an open process and around")
  func panes() {
    let open = ViewState(focus: 7)
    #expect(pressed([.tab], open).pane == .mappings)
    #expect(pressed([.tab, .tab, .tab], open).pane == .verdict)
    #expect(pressed([.backTab], open).pane == .events)
    #expect(pressed([.character("2")], open).pane == .mappings)
  }

  @Test("what scrolls stops at both ends, and begins anew in another part")
  func scrolling() {
    let long = Extent(page: 10, length: 25)
    func top(_ keys: [Key]) -> Int { pressed(keys, ViewState(focus: 7), in: long).top }
    #expect(top([.up]) == 0)
    #expect(top([.down, .down]) == 2)
    #expect(top([.pageDown, .pageDown, .pageDown]) == 15)
    #expect(top([.end]) == 15)
    #expect(top([.end, .home]) == 0)
    #expect(top([.end, .tab]) == 0)
    #expect(pressed([.end], ViewState(focus: 7), in: Extent(page: 10, length: 4)).top == 0)
  }

  @Test("s goes through the orders and around, S back, r turns one about")
  func sorting() {
    #expect(pressed([]).sort == .growth)
    #expect(pressed([.character("s")]).sort == .rate)
    #expect(pressed([.character("S")]).sort == .process)
    #expect(pressed([.function(6), .character("S")]).sort == .growth)
    #expect(pressed([.character("v"), .character("r")]).isReversed)
    #expect(!pressed([.character("r"), .character("s")]).isReversed)
  }

  @Test("rows come in the order asked for; that of the report is its own")
  func order() {
    let report = TextTestReports.mixed
    func order(_ keys: [Key]) -> [UInt32] {
      pressed(keys).rows(of: report).map(\.process.raw)
    }
    #expect(order([]) == [31_108, 2240, 911, 88, 1])
    #expect(order([.character("n")]) == [88, 911, 31_108, 1, 2240])
    #expect(order([.character("e")]) == [2240, 31_108, 1, 911, 88])
    #expect(order([.character("r")]) == [1, 88, 911, 2240, 31_108])
  }

  @Test("a filter finds part of a name or command, a process id, a kind or a verdict, in any case")
  func filter() {
    func found(_ text: String) -> [UInt32] {
      let keys = [Key.character("/")] + text.map { Key.character($0) }
      return pressed(keys).rows(of: TextTestReports.mixed).map(\.process.raw)
    }
    #expect(found("POSTG") == [88])
    #expect(found("311") == [31_108])
    #expect(found("leaking") == [31_108])
    #expect(found("anonymous") == [2240])
    #expect(found("-jar /srv/ORDERS") == [2240])
    #expect(found("zzz") == [])
  }

  @Test("Enter keeps a filter, Escape clears it, and control characters are no part of it")
  func editing() {
    let typed = pressed([.function(4), .character("a"), .character("\u{1}"), .character("b")])
    #expect(typed.filter == "ab" && typed.isEditingFilter)
    #expect(pressed([.backspace, .enter], typed).filter == "a")
    #expect(pressed([.enter], typed).isEditingFilter == false)
    #expect(pressed([.escape], typed).filter == "")
    #expect(pressed([.enter, .escape], typed).filter == "")
  }

  @Test("a mark, the pause and a drawing anew are asked for from table and open process alike")
  func everywhere() {
    for state in [ViewState(), ViewState(focus: 7)] {
      #expect(action(.character("m"), state) == .mark)
      #expect(action(.function(7), state) == .mark)
      #expect(action(.character("\u{c}"), state) == .redraw)
      #expect(pressed([.character("p")], state).isPaused)
      #expect(!pressed([.function(5), .function(5)], state).isPaused)
    }
  }

  @Test("any key but those that scroll leaves help")
  func help() {
    #expect(pressed([.character("?")]).showsHelp)
    #expect(pressed([.character("?"), .down]).showsHelp)
    #expect(!pressed([.character("?"), .character("x")]).showsHelp)
    #expect(!pressed([.function(1), .escape]).showsHelp)
  }
}
