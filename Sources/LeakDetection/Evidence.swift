// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// A fact that was observed. Sentences are made of it elsewhere.
public enum Evidence: Sendable, Equatable {
  /// `count` mappings of `bytes` each, nil when they differ, `guardBytes` of them a guard, by `thread` and others.
  case mapped(count: Int, bytes: UInt64?, guardBytes: UInt64, withStackFlag: Bool)
  /// Of those, how many were there before the tracer.
  case presentBefore(count: Int)
  /// Mappings as long as what of such a stack is no guard, from before the tracer, on which no thread runs.
  case alikeBefore(count: Int, bytes: UInt64)
  /// Each became a thread's stack; one of them as an example.
  case ranThread(
    example: ThreadID, range: Verdict.BlamedRange, creator: ThreadID?, at: KernelInstant,
    isOwnProcess: Bool)
  /// The threads are gone, the last one since `lastAt`; the median one lived `lifetime` nanoseconds.
  case threadsExited(count: Int, lifetime: UInt64, lastAt: KernelInstant)
  case neverUnmapped(count: Int)
  /// New stacks no larger than each were mapped while `idle` older ones lay there without a thread.
  case passedOver(idle: Int, fresh: Int)
  /// They are no more than the C library keeps for reuse, so the threads may have been joined since.
  case fitsCache(bytes: UInt64)
  /// How often a stack like these was taken into use again.
  case reuse(times: Int, reclaimed: Int)
  case regular(period: UInt64)
  /// What an earlier verdict spoke of, and this one takes back.
  case blamedBefore(count: Int, bytes: UInt64)
  /// What calls of this origin mapped and unmapped, pieces of mappings included, since tracing began.
  case account(mapped: Int, bytes: UInt64, each: UInt64?, freed: Int, freedBytes: UInt64)
  /// Threads that run on stacks of this origin.
  case threadsRun(count: Int)
  /// Mappings of this origin that were there before and are not blamed.
  case besides(count: Int)
  /// Unmaps, or of files other mappings over them, took all but a piece of each.
  case remains(each: UInt64, isFile: Bool)
  /// So many are older than that; of those that ended, so many did at such an age.
  case survivors(count: Int, olderThan: UInt64, ended: Int, endedLate: Int)
  /// How many of those that stay came in each quarter of a time.
  case quarters([Int], span: UInt64)
  case grew(times: Int, bytes: UInt64)
  /// The least size rose.
  case envelope(from: UInt64, to: UInt64, span: UInt64)
  /// How many call paths extended the heap, and how much of it the one named did.
  case extenders(stacks: Int, share: Double)
  /// Nothing came for so long.
  case stopped(for: UInt64)
  /// The account has gaps.
  case lostEvents
  /// A doubt about such memory made bpfleak wait so many times longer than usual.
  case waitedLonger(Doubt, times: UInt64)
}
