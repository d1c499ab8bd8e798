// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Procfs

/// Signals that are blocked and taken, so that no handler runs and none interrupts a write.
package struct StopSignals {
  private let signals: sigset_t

  /// Those that end a run. SIGHUP comes when a connection or a terminal is gone.
  package static let stopping = [SIGINT, SIGTERM, SIGHUP]

  package init(_ wanted: [Int32] = stopping) {
    var signals = sigset_t()
    sigemptyset(&signals)
    // nohup has it ignored, which blocking would undo.
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

  /// Readable when one of them came.
  package func makeDescriptor() -> FileDescriptor {
    withUnsafePointer(to: signals) { .pending(UnsafeRawPointer($0)) }
  }

  /// The next signal that came, without waiting; nil when there is none.
  package func take() -> Int32? { take(within: 0) }

  /// Returns at that time of CLOCK_MONOTONIC with false, or before it with true when told to stop.
  package func wait(untilNs: UInt64) -> Bool {
    while true {
      let now = Clock.now.nanoseconds
      if take(within: untilNs > now ? untilNs - now : 0) != nil { return true }
      if errno == EAGAIN { return false }
    }
  }

  /// Whether a signal to stop waits to be taken.
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
