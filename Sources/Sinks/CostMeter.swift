// SPDX-License-Identifier: Apache-2.0
import Glibc
import LiveView
import MappingEvents
import Procfs

/// What bpfleak itself costs: its share of a processor from one reading to the next, and its memory.
struct CostMeter {
  private var before: (when: KernelInstant, used: UInt64)?

  /// Nil the first time.
  mutating func read(at now: KernelInstant) -> OwnCost? {
    let used = Clock.processorTime
    defer { before = (now, used) }
    guard let before, now > before.when,
      let resident = ProcessFiles(ProcessID(UInt32(getpid()))).residentBytes
    else { return nil }
    return OwnCost(
      processorShare: Double(used - before.used) / Double(now.since(before.when)),
      residentBytes: resident)
  }
}
