// SPDX-License-Identifier: Apache-2.0
import CNcurses
import Glibc

/// The terminal in full-screen mode. It is restored when this value goes away, and by CNcurses after a
/// crash or a fatal signal.
///
/// There is one terminal, so only one value of this type may exist at a time.
public struct Terminal: ~Copyable {
  /// Why the terminal cannot be used.
  public enum Obstacle: Error, Equatable {
    case noTerminal
    /// terminfo has no entry for TERM.
    case unknownType(String)
    /// The terminal cannot move its cursor.
    case tooSimple(String)
    case failed
  }

  /// A file descriptor that is readable when a key was pressed.
  public let input: Int32
  private let ownsInput: Bool
  private let showsUnicode: Bool

  /// Takes over the terminal. Keys come from standard input, or from /dev/tty when that is no terminal.
  public static func open() throws(Obstacle) -> Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
    let type = getenv("TERM").map { String(cString: $0) } ?? ""
    let ownsInput = isatty(STDIN_FILENO) == 0
    let input = ownsInput ? Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC) : STDIN_FILENO
    guard input >= 0 else { throw .noTerminal }
    let showsUnicode = bpfleak_screen_use_locale()
    let noColor = getenv("NO_COLOR").map { strlen($0) > 0 } ?? false
    let obstacle = bpfleak_screen_open(input, STDOUT_FILENO, !noColor)
    if obstacle == BPFLEAK_SCREEN_OPEN {
      return Terminal(input: input, ownsInput: ownsInput, showsUnicode: showsUnicode)
    }
    if ownsInput { close(input) }
    switch obstacle {
    case BPFLEAK_SCREEN_NO_TERMINFO: throw .unknownType(type)
    case BPFLEAK_SCREEN_TOO_SIMPLE: throw .tooSimple(type)
    default: throw .failed
    }
  }

  private init(input: Int32, ownsInput: Bool, showsUnicode: Bool) {
    self.input = input
    self.ownsInput = ownsInput
    self.showsUnicode = showsUnicode
  }

  deinit {
    bpfleak_screen_close()
    if ownsInput { close(input) }
  }

  public var size: Size {
    var rows: Int32 = 0
    var columns: Int32 = 0
    bpfleak_screen_size(&rows, &columns)
    return Size(columns: Int(columns), rows: Int(rows))
  }

  /// Shows a frame. Only changes are sent to the terminal.
  public func draw(_ frame: borrowing Frame) {
    bpfleak_screen_begin()
    for (row, line) in frame.lines.enumerated() {
      var column = 0
      for span in line.spans {
        let text = showsUnicode ? span.text : asciiOnly(span.text)
        bpfleak_screen_put(Int32(row), Int32(column), text, span.style.look)
        column += Line(span.text).width
      }
    }
    bpfleak_screen_end()
  }

  /// Makes the next frame draw the whole screen.
  public func forget() { bpfleak_screen_forget() }

  /// Reads the window size again.
  public func resize() { bpfleak_screen_resize() }

  /// Suspends the process for ^Z. The terminal is restored until the process continues.
  public func stopProcess() { bpfleak_screen_stop_process() }
}

extension Style {
  fileprivate var look: bpfleak_screen_look {
    switch self {
    case .plain: BPFLEAK_LOOK_PLAIN
    case .dim: BPFLEAK_LOOK_DIM
    case .bold: BPFLEAK_LOOK_BOLD
    case .heading: BPFLEAK_LOOK_HEADING
    case .leaking: BPFLEAK_LOOK_LEAKING
    case .suspect: BPFLEAK_LOOK_SUSPECT
    case .selected: BPFLEAK_LOOK_SELECTED
    case .bar: BPFLEAK_LOOK_BAR
    case .graph: BPFLEAK_LOOK_GRAPH
    }
  }
}
