// SPDX-License-Identifier: Apache-2.0
import Glibc
import Meminfo
import Procfs
import Sinks

/// Shows how many tables have been read, in the live view or on standard error if that is a terminal.
/// Silent while reading is quick.
struct SeedingProgress {
  private let display: LiveViewSink?
  private let writes: Bool
  private let began = Clock.now.nanoseconds
  private var saidAt: UInt64 = 0

  private static let quick: UInt64 = 300_000_000
  private static let every: UInt64 = 100_000_000

  init(_ display: LiveViewSink?, isQuiet: Bool) {
    self.display = display
    writes = display == nil && !isQuiet && isatty(STDERR_FILENO) == 1
  }

  mutating func reached(_ count: Int, of all: Int) {
    guard display != nil || writes else { return }
    let now = Clock.now.nanoseconds
    if now < began + (display == nil ? Self.quick : 0) || now < saidAt + Self.every { return }
    saidAt = now
    let words = "reading tables: \(count) of \(all) address spaces"
    display?.show(progress: words)
    if writes { _ = MeminfoScreen.write("\rbpfleak: \(words)", to: STDERR_FILENO) }
  }

  /// Erases the progress line.
  func end() {
    if writes, saidAt > 0 { _ = MeminfoScreen.write("\r\u{1b}[K", to: STDERR_FILENO) }
  }
}
