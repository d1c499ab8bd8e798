// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Standard output as a terminal that is redrawn in place.
struct MeminfoScreen {
  /// `nil` if standard output is no terminal.
  init?() {
    if isatty(STDOUT_FILENO) == 0 { return nil }
  }

  var columns: Int { size.columns }

  /// Draws `text` over the previous one. Lines that do not fit appear in the last report.
  func draw(_ text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let rows = max(2, size.rows)
    if lines.count > rows {
      lines = lines.prefix(rows - 2) + ["… \(lines.count - rows + 2) more lines at the end"]
    }
    _ = Self.write("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\n") + "\u{1b}[J")
  }

  func clear() {
    _ = Self.write("\u{1b}[H\u{1b}[J")
  }

  /// False with errno set if writing fails: EPIPE when the reader is gone.
  static func write(_ text: String, to file: CInt = STDOUT_FILENO) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes.removeFirst(count)
      } else if errno != EINTR, errno != EAGAIN {
        return false
      }
    }
    return true
  }

  private var size: (rows: Int, columns: Int) {
    var window = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0
    return isKnown ? (Int(window.ws_row), Int(window.ws_col)) : (24, 80)
  }
}
