// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Procfs

/// Signals that are blocked and read, so that no handler runs and no write is interrupted.
package struct StopSignals {
  private let signals: sigset_t

  /// Signals that end a run. SIGHUP comes when a connection or a terminal is gone.
  package static let stopping = [SIGINT, SIGTERM, SIGHUP]

  package init(_ wanted: [Int32] = stopping) {
    var signals = sigset_t()
    sigemptyset(&signals)
    // nohup ignores SIGHUP; blocking it would undo that.
    for signal in wanted where signal != SIGHUP || !Self.isIgnored(SIGHUP) {
      sigaddset(&signals, signal)
    }
    sigprocmask(SIG_BLOCK, &signals, nil)
    self.signals = signals
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// A descriptor that is readable when one of them is pending.
  package func makeDescriptor() -> FileDescriptor {
    withUnsafePointer(to: signals) { .pending(UnsafeRawPointer($0)) }
  }

  /// The next pending signal; nil if there is none. Does not wait.
  package func take() -> Int32? { take(within: 0) }

  /// Waits until that time (CLOCK_MONOTONIC) and returns false, or returns true once told to stop.
  package func wait(untilNs: UInt64) -> Bool {
    while true {
      let now = Clock.now.nanoseconds
      if take(within: untilNs > now ? untilNs - now : 0) != nil { return true }
      if errno == EAGAIN { return false }
    }
  }

  /// Whether a signal to stop is pending.
  package static var isToldToStop: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return stopping.contains { sigismember(&pending, $0) == 1 }
  }

  private func take(within ns: UInt64) -> Int32? {
    var time = timespec(tv_sec: Int(ns / 1_000_000_000), tv_nsec: Int(ns % 1_000_000_000))
    var signals = signals
    let signal = sigtimedwait(&signals, nil, &time)
    return signal > 0 ? signal : nil
  }
}
