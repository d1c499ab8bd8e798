// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// The numbers that rules look at: nothing of a ledger is in them, and each is computed once.
///
/// What a growth does not have stays at the value that no rule is met by, or 0 where a rule is
/// harmless without it.
public struct Signals: Equatable, Sendable {
  var shape: Rule.Shape
  /// Since the first of those that count came; of idle thread stacks, how long the median one waits.
  var age: KernelDuration
  /// Mappings that stay, times that something grew, or idle stacks that a newer one passed over.
  var count: Int
  /// Since the last one came.
  var quiet = KernelDuration.zero
  /// From the first to the last.
  var span = KernelDuration.zero
  var course = Course(SIMD4())
  /// From one to the next, where that is regular.
  var period: KernelDuration?
  /// How many of the origin were freed.
  var ended = 0
  /// Of reservations: bytes of each that were accessible at some time.
  var usedEach: UInt64 = 0
  /// Mappings per nanosecond, and how many there were before this growth began.
  var pace = 0.0
  var paceBefore = 0.0

  /// By how much the least size rose, and of that in the latter three fifths of the time.
  var rise: UInt64 = 0
  var latestRise: UInt64 = 0
  /// The least size at the beginning, with what a rise is weighed against.
  var base: UInt64 = 0
  /// The same without what was there before tracing, and that alone.
  var ownBytes: UInt64 = 0
  var heldBefore: UInt64 = 0
  /// By how much mappings shrank meanwhile.
  var takenOver: UInt64 = 0

  /// Of idle thread stacks: how long the median one waits for certain.
  var provenWait = KernelDuration.zero
  var isEnding = false

  init(_ shape: Rule.Shape, age: KernelDuration, count: Int) {
    self.shape = shape
    self.age = age
    self.count = count
  }
}

extension Signals {
  init(_ stuck: StuckAllocations, _ seen: Observation, _ measures: Measures) {
    let period = stuck.period(of: seen, measures)
    let shape: Rule.Shape =
      seen.isMostlyReserved(measures) ? .reservations : period == nil ? .irregular : .clockwork
    self.init(shape, age: seen.now.duration(since: stuck.first), count: stuck.count)
    quiet = seen.now.duration(since: stuck.last)
    span = stuck.last.duration(since: stuck.first)
    course = stuck.course
    self.period = period
    ended = stuck.ended
    usedEach = seen.everCommitted / UInt64(max(1, seen.mapped.count))
  }

  init(_ shape: Rule.Shape, _ floor: RisingFloor, _ seen: Observation) {
    self.init(shape, age: seen.now.duration(since: floor.first), count: floor.steps)
    quiet = seen.now.duration(since: floor.last)
    span = floor.last.duration(since: floor.first)
    course = floor.course
    rise = floor.rise
    latestRise = floor.latest - min(floor.latest, floor.levels[2])
    let (base, overflow) = seen.heldBefore.addingReportingOverflow(floor.levels[0])
    self.base = overflow ? .max : base
    heldBefore = seen.present.bytes
    ownBytes = floor.levels[0] - min(floor.levels[0], heldBefore)
  }

  init(_ outlived: OutlivedThreads, isEnding: Bool) {
    self.init(.idleStacks, age: outlived.wait, count: outlived.passedOver.count)
    provenWait = outlived.provenWait
    self.isEnding = isEnding
  }
}
