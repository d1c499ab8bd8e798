// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
import Runtimes

/// When thread stacks without a thread are called a leak.
public struct ThreadStackPolicy: Sendable {
  public var rules: [Rule] = [
    Rule(
      "thread-stacks-at-exit", .leaking, .idleStacks, age: .zero, count: 20, doubted: .nothing,
      needs: [.ending],
      why: "A short program that ends has not waited long, but nobody is left to join its threads."),
    Rule(
      "thread-stacks-passed-over", .leaking, .idleStacks, age: .seconds(2), count: 20,
      doubted: .nothing, needs: [.proven],
      why: """
        A new stack is only mapped when no idle one is in reach. A batch of threads that is joined \
        at its end looks the same until then: batches of a second or two are common.
        """),
    Rule(
      "thread-stacks-waiting", .leaking, .idleStacks, age: .seconds(6), count: 5,
      doubted: .nothing, needs: [],
      why: """
        Few stacks need a longer wait. A pool of four that is filled one by one and used in turn \
        must not be blamed, and five also show a period.
        """),
    Rule(
      "few-thread-stacks", .suspect, .idleStacks, age: .seconds(0.5), count: 3,
      doubted: .nothing, needs: [],
      why: "Three stacks that were passed over for half a second are worth a word."),
  ]
  public var patience = Constant(
    4 as UInt64,
    "Once stacks came back late, others must wait so many times longer than the longest such wait.")
  public var mostPatience = Constant(
    KernelDuration.seconds(60),
    """
    The most that this wait comes to. Idle time in the cache is part of the waits seen, and a quiet \
    hour is no reason to look away for four.
    """)
  public var usualShare = Constant(
    10, "A wait is usual once one stack came back for so many that lie idle.")
  public var cacheBytes = Constant(
    StackCacheProfile.glibc.mostBytes,
    "glibc keeps so many bytes of stacks for reuse; musl keeps none.")
  public var mostOversize = Constant(
    StackCacheProfile.glibc.mostOversize,
    "glibc gives a thread a cached stack that is at most so many times larger than asked.")
  public var fewestBeyondCache = Constant(
    5, "Where stacks are given back at times, so many must be more than the cache can hold.")
  public var leftBehindPart = Constant(
    2 as UInt64,
    "A stack of which more than one part in so many was unmapped is not one that nobody unmapped.")
  public var oneSizePart = Constant(
    2,
    "Where one stack in so many of a call path has one size, its stacks are judged by size, and else together."
  )

  public init() {}
}
