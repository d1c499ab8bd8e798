// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Stacks that lie in a space without a thread, of one size or of one call path, and for how long that
/// is known to be nobody's plan.
struct IdleStacks {
  typealias Thresholds = OrphanedThreadStackDetector.Thresholds

  /// Of each; 0 when they differ.
  let bytes: UInt64
  /// The call path that mapped them, where their sizes differ.
  let path: CallPathID?
  let past: ThreadStacks.History
  /// Idle when a newer one was mapped, and for longer than is usual here.
  private(set) var passedOver: [ThreadStack] = []
  /// What a verdict speaks of.
  private(set) var blamed: [ThreadStack] = []
  /// Nanoseconds that the median one of `passedOver` is known to have lain out of reach.
  private(set) var provenWait: UInt64 = 0
  /// The same, or to this moment when no cache can have taken them in.
  private(set) var wait: UInt64 = 0
  /// Whether the C library's cache could hold them all, were their threads joined meanwhile.
  private(set) var fitsCache = true

  /// Those of one size: each is in the way of every fresh one.
  init?(
    _ stacks: [ThreadStack], bytes: UInt64, past: ThreadStacks.History,
    _ thresholds: Thresholds, at now: KernelInstant
  ) {
    guard let lastFresh = past.lastFreshAt else { return nil }
    self.init(stacks, bytes: bytes, path: nil, past, thresholds, at: now) { _ in lastFresh }
  }

  /// Those of many sizes that one call path mapped; `fresh` are all of its own that are there, used or
  /// not, latest first.
  init(
    _ stacks: [ThreadStack], by path: CallPathID, fresh: [(at: KernelInstant, bytes: UInt64)],
    past: ThreadStacks.History, _ thresholds: Thresholds, at now: KernelInstant
  ) {
    self.init(stacks, bytes: 0, path: path, past, thresholds, at: now) { stack in
      fresh.first { thresholds.serves(stack.bytes, $0.bytes) }?.at
    }
  }

  private init(
    _ stacks: [ThreadStack], bytes: UInt64, path: CallPathID?, _ past: ThreadStacks.History,
    _ thresholds: Thresholds, at now: KernelInstant,
    lastFresh: (ThreadStack) -> KernelInstant?
  ) {
    self.bytes = bytes
    self.path = path
    self.past = past
    let patience = thresholds.patience(after: past, idle: stacks.count)
    func idleAtLastFresh(_ stack: ThreadStack) -> UInt64 {
      lastFresh(stack)?.since(stack.exitedAt ?? now) ?? 0
    }
    func idleNow(_ stack: ThreadStack) -> UInt64 { now.since(stack.exitedAt ?? now) }
    passedOver = stacks.filter { idleAtLastFresh($0) > patience }
    // Where none was ever used again or given back, the youngest is like the others, though nothing
    // passed it over yet.
    let isUntouched = past.reused == 0 && past.reclaimed == 0
    blamed =
      isUntouched
      ? stacks : stacks.filter { idleAtLastFresh($0) > 0 && idleNow($0) > patience }
    blamed.sort { ($0.began, $0.range.start) < ($1.began, $1.range.start) }
    provenWait = median(passedOver.map(idleAtLastFresh))
    let total = stacks.reduce(0) { $0 &+ $1.liveBytes }
    let excess = total - min(total, thresholds.cacheBytes)
    if isUntouched {
      // A process that shares the space is no thread of the C library's.
      fitsCache = excess == 0 && stacks.contains { !$0.ranProcess }
    } else {
      fitsCache = excess * UInt64(stacks.count) < UInt64(thresholds.fewCount) * total
    }
    wait = fitsCache ? provenWait : median(passedOver.map(idleNow))
  }
}

extension OrphanedThreadStackDetector.Thresholds {
  /// Whether the C library would give a thread that asks for `wanted` bytes a stack of `bytes`.
  fileprivate func serves(_ bytes: UInt64, _ wanted: UInt64) -> Bool {
    wanted <= bytes && bytes / mostOversize <= wanted
  }

  /// How long a stack must have waited to be blamed, where `count` lie idle.
  fileprivate func patience(after past: ThreadStacks.History, idle count: Int) -> UInt64 {
    // One that was joined late says nothing of a hundred that were not.
    guard (past.reused + past.reclaimed) * usualShare >= count else { return 0 }
    return min(past.longestIdle, mostPatience / patience) * patience
  }
}

extension ThreadStack {
  /// When it was mapped, or came into view.
  var began: KernelInstant { mappedAt ?? startedAt }

  /// Whether a process of its own ran on it; the first thread of a process has the same id.
  var ranProcess: Bool { thread.raw == process.raw }

  /// Whether its thread is gone and it is still there. What is left of one that was unmapped in
  /// part is another matter, and slots of a larger mapping are its owner's.
  var isLeftBehind: Bool { isIdle && !isCarved && liveBytes >= bytes - bytes / 2 }
}
