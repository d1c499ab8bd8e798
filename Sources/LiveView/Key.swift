// SPDX-License-Identifier: Apache-2.0

/// A key that was pressed.
public enum Key: Sendable, Hashable {
  case character(Character)
  case function(Int)
  case up, down, left, right, pageUp, pageDown, home, end
  case enter, escape, backspace, tab, backTab
  case other
}

/// A request that `ViewState` cannot fulfill itself.
public enum Action: Sendable, Hashable {
  case quit
  /// Start the account of growth again.
  case mark
  /// Make the report on that space.
  case open(space: Int)
  /// Draw the whole screen, because the terminal may show something else.
  case redraw
}
