// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import LiveView
import MappingEvents

/// What this process itself takes: its share of a processor from one reading to the next.
struct CostMeter {
  private var before: (when: KernelInstant, used: UInt64)?

  /// Nil the first time.
  mutating func read(at now: KernelInstant) -> OwnCost? {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    let used = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    defer { before = (now, used) }
    guard let before, now > before.when,
      let resident = ProcessFiles(ProcessID(UInt32(getpid()))).residentBytes
    else { return nil }
    return OwnCost(
      processorShare: Double(used - before.used) / Double(now.since(before.when)),
      residentBytes: resident)
  }
}
