// SPDX-License-Identifier: Apache-2.0

/// A key that was pressed.
public enum Key: Sendable, Hashable {
  case character(Character)
  case function(Int)
  case up, down, left, right, pageUp, pageDown, home, end
  case enter, escape, backspace, tab, backTab
  case other
}

/// What a key asks of whoever holds the tables; all else is done within `ViewState`.
public enum Action: Sendable, Hashable {
  case quit
  /// The account of growth is to start anew.
  case mark
  /// The focus on that space is to be made.
  case open(space: Int)
  /// What the terminal shows is in doubt: all of it is to be drawn.
  case redraw
}
