// SPDX-License-Identifier: Apache-2.0

extension ViewState {
  /// Handles a key. Returns what remains to be done outside of the view.
  public mutating func handle(_ key: Key, in extent: Extent) -> Action? {
    if isEditingFilter { return edit(key, in: extent) }
    if showsHelp {
      if scroll(key, in: extent) { return nil }
      if key == .character("q") || key == .function(10) { return .quit }
      (showsHelp, top) = (false, 0)
      return nil
    }
    switch key {
    case .character("q"), .character("Q"), .function(10): return .quit
    case .character("m"), .function(7): return .mark
    case .character("?"), .character("h"), .function(1): (showsHelp, top) = (true, 0)
    case .character("p"), .character(" "), .function(5): isPaused.toggle()
    case .character("u"), .function(8): unfoldsStacks.toggle()
    // ^L
    case .character("\u{c}"): return .redraw
    default: return focus == nil ? handleInTable(key, in: extent) : handleInFocus(key, in: extent)
    }
    return nil
  }

  private mutating func handleInTable(_ key: Key, in extent: Extent) -> Action? {
    switch key {
    case .character("/"), .character("f"), .function(3), .function(4): isEditingFilter = true
    case .character("s"), .character(">"), .function(6): chooseSort(after: 1)
    case .character("S"), .character("<"): chooseSort(after: -1)
    case .character("r"): isReversed.toggle()
    case .character("g"): (sort, isReversed) = (.growth, false)
    case .character("v"): (sort, isReversed) = (.virtual, false)
    case .character("e"): (sort, isReversed) = (.resident, false)
    case .character("n"): (sort, isReversed) = (.name, false)
    case .escape: filter = ""
    case .enter, .right:
      guard let space = cursor(in: extent.order) else { return nil }
      open(space)
      return .open(space: space)
    case .up, .character("k"): move(by: -1, in: extent.order)
    case .down, .character("j"): move(by: 1, in: extent.order)
    case .pageUp: move(by: -max(1, extent.page), in: extent.order)
    case .pageDown: move(by: max(1, extent.page), in: extent.order)
    case .home: selected = nil
    case .end: selected = extent.order.last
    default: break
    }
    return nil
  }

  private mutating func handleInFocus(_ key: Key, in extent: Extent) -> Action? {
    switch key {
    case .escape, .backspace, .character("b"): close()
    case .tab, .right: choosePane(after: 1)
    case .backTab, .left: choosePane(after: -1)
    case .character("1"): (pane, top) = (.verdict, 0)
    case .character("2"): (pane, top) = (.mappings, 0)
    case .character("3"): (pane, top) = (.events, 0)
    default: _ = scroll(key, in: extent)
    }
    return nil
  }

  private mutating func edit(_ key: Key, in extent: Extent) -> Action? {
    switch key {
    case .enter: isEditingFilter = false
    case .escape: (filter, isEditingFilter) = ("", false)
    case .backspace: _ = filter.popLast()
    case .character("\u{15}"): filter = ""
    case .character(let character):
      let isText = character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
      if isText, filter.count < 40 { filter.append(character) }
    case .up: move(by: -1, in: extent.order)
    case .down: move(by: 1, in: extent.order)
    case .function(10): return .quit
    default: break
    }
    return nil
  }

  /// Returns false for a key that does not scroll.
  private mutating func scroll(_ key: Key, in extent: Extent) -> Bool {
    let last = max(0, extent.length - extent.page)
    top = min(top, last)
    switch key {
    case .up, .character("k"): top -= 1
    case .down, .character("j"): top += 1
    case .pageUp: top -= max(1, extent.page - 1)
    case .pageDown, .character(" "): top += max(1, extent.page - 1)
    case .home: top = 0
    case .end: top = last
    default: return false
    }
    top = min(max(0, top), last)
    return true
  }

  /// The space under the cursor.
  func cursor(in order: [Int]) -> Int? {
    if let selected, order.contains(selected) { return selected }
    return order.first
  }

  private mutating func move(by step: Int, in order: [Int]) {
    guard let space = cursor(in: order), let place = order.firstIndex(of: space) else { return }
    selected = order[min(max(0, place + step), order.count - 1)]
  }

  private mutating func chooseSort(after step: Int) {
    let all = SortColumn.allCases
    let place = all.firstIndex(of: sort) ?? 0
    sort = all[(place + step + all.count) % all.count]
    isReversed = false
  }

  private mutating func choosePane(after step: Int) {
    let count = Pane.allCases.count
    pane = Pane(rawValue: (pane.rawValue + step + count) % count) ?? .verdict
    top = 0
  }
}
