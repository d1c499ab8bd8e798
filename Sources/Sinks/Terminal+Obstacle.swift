// SPDX-License-Identifier: Apache-2.0
public import LiveView

extension Terminal.Obstacle {
  /// Why the user gets a text report instead; nil if that is expected.
  public var sentence: String? {
    switch self {
    case .noTerminal: nil
    case .unknownType(let type):
      type.isEmpty
        ? "TERM is not set, so this is a text report; for the live view: export TERM=xterm"
        : "nothing is known here of the terminal '\(type)', so this is a text report; for the live "
          + "view install ncurses-term, or try: TERM=xterm"
    case .tooSimple(let type):
      "a terminal of type '\(type)' cannot place its cursor, so this is a text report"
    case .failed: "the terminal could not be taken over, so this is a text report"
    }
  }
}
