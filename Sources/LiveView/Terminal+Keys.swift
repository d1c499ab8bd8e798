// SPDX-License-Identifier: Apache-2.0
import CNcurses

extension Terminal {
  /// The next key; nil when none was pressed. Never waits.
  public func key() -> Key? {
    while true {
      let code = bpfleak_screen_key()
      if code == BPFLEAK_KEY_NONE.rawValue { return nil }
      // SIGWINCH has its own handler, which reads the size.
      if code == BPFLEAK_KEY_RESIZED.rawValue { continue }
      return Key(code)
    }
  }
}

extension Key {
  fileprivate init(_ code: Int32) {
    if code > BPFLEAK_KEY_F0.rawValue {
      self = .function(Int(code - BPFLEAK_KEY_F0.rawValue))
      return
    }
    switch bpfleak_screen_key(rawValue: code) {
    case BPFLEAK_KEY_UP: self = .up
    case BPFLEAK_KEY_DOWN: self = .down
    case BPFLEAK_KEY_LEFT: self = .left
    case BPFLEAK_KEY_RIGHT: self = .right
    case BPFLEAK_KEY_PAGE_UP: self = .pageUp
    case BPFLEAK_KEY_PAGE_DOWN: self = .pageDown
    case BPFLEAK_KEY_HOME: self = .home
    case BPFLEAK_KEY_END: self = .end
    case BPFLEAK_KEY_ENTER: self = .enter
    case BPFLEAK_KEY_ESCAPE: self = .escape
    case BPFLEAK_KEY_BACKSPACE: self = .backspace
    case BPFLEAK_KEY_TAB: self = .tab
    case BPFLEAK_KEY_BACK_TAB: self = .backTab
    default:
      guard let scalar = UInt32(exactly: code).flatMap({ Unicode.Scalar($0) }) else {
        self = .other
        return
      }
      self = .character(Character(scalar))
    }
  }
}
