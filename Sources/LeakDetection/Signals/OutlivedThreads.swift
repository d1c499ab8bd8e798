// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Thread stacks without a thread, of one size or of one call path, and how long they are known to be
/// out of the program's reach.
struct OutlivedThreads {
  /// Of each; 0 when they differ.
  let bytes: UInt64
  /// The call path that mapped them, where their sizes differ.
  let path: CallPathID?
  let past: ThreadStacks.History
  /// Idle when a newer stack was mapped, and for longer than is usual here.
  private(set) var passedOver: [ThreadStack] = []
  /// What a verdict speaks of.
  private(set) var blamed: [ThreadStack] = []
  /// How long the median one of `passedOver` was out of reach for certain.
  private(set) var provenWait = KernelDuration.zero
  /// The same, or up to now when no cache can have taken them in.
  private(set) var wait = KernelDuration.zero
  /// Whether the C library's cache could hold them all, were their threads joined meanwhile.
  private(set) var fitsCache = true

  /// Those of one size. A new thread could have used each of them.
  init?(
    _ stacks: [ThreadStack], bytes: UInt64, past: ThreadStacks.History, _ policy: ThreadStackPolicy,
    at now: KernelInstant
  ) {
    guard let lastFresh = past.lastFreshAt else { return nil }
    self.init(stacks, bytes: bytes, path: nil, past, policy, at: now) { _ in lastFresh }
  }

  /// Those of many sizes that one call path mapped. `fresh` are all stacks of that call path that are
  /// there, used or not, latest first.
  init(
    _ stacks: [ThreadStack], by path: CallPathID, fresh: [(at: KernelInstant, bytes: UInt64)],
    past: ThreadStacks.History, _ policy: ThreadStackPolicy, at now: KernelInstant
  ) {
    self.init(stacks, bytes: 0, path: path, past, policy, at: now) { stack in
      fresh.first { policy.serves(stack.bytes, $0.bytes) }?.at
    }
  }

  private init(
    _ stacks: [ThreadStack], bytes: UInt64, path: CallPathID?, _ past: ThreadStacks.History,
    _ policy: ThreadStackPolicy, at now: KernelInstant,
    lastFresh: (ThreadStack) -> KernelInstant?
  ) {
    self.bytes = bytes
    self.path = path
    self.past = past
    let patience = policy.patience(after: past, idle: stacks.count)
    func idleAtLastFresh(_ stack: ThreadStack) -> KernelDuration {
      lastFresh(stack)?.duration(since: stack.exitedAt ?? now) ?? .zero
    }
    func idleNow(_ stack: ThreadStack) -> KernelDuration {
      now.duration(since: stack.exitedAt ?? now)
    }
    passedOver = stacks.filter { idleAtLastFresh($0) > patience }
    // Where no stack was ever used again or unmapped, the youngest is like the others, though nothing
    // passed it over yet.
    let isUntouched = past.reused == 0 && past.reclaimed == 0
    blamed =
      isUntouched
      ? stacks : stacks.filter { idleAtLastFresh($0) > .zero && idleNow($0) > patience }
    blamed.sort { ($0.began, $0.range.start) < ($1.began, $1.range.start) }
    provenWait = median(passedOver.map(idleAtLastFresh))
    let total = stacks.reduce(0) { $0 &+ $1.liveBytes }
    let excess = total - min(total, policy.cacheBytes.value)
    if isUntouched {
      // A process that shares the space is no thread of the C library's.
      fitsCache = excess == 0 && stacks.contains { !$0.ranProcess }
    } else {
      // Fewer than this many do not fit.
      fitsCache = excess * UInt64(stacks.count) < UInt64(policy.fewestBeyondCache.value) * total
    }
    wait = fitsCache ? provenWait : median(passedOver.map(idleNow))
  }
}

extension ThreadStackPolicy {
  /// Whether the C library would give a thread that asks for `wanted` bytes a stack of `bytes`.
  func serves(_ bytes: UInt64, _ wanted: UInt64) -> Bool {
    wanted <= bytes && bytes / mostOversize.value <= wanted
  }

  /// How long a stack must have waited to be blamed, where `count` lie idle.
  func patience(after past: ThreadStacks.History, idle count: Int) -> KernelDuration {
    // One stack that came back late says nothing of a hundred that did not.
    guard (past.reused + past.reclaimed) * usualShare.value >= count else { return .zero }
    return min(
      KernelDuration(nanoseconds: past.longestIdle) * patience.value, mostPatience.value)
  }
}

extension ThreadStack {
  /// When it was mapped, or came into view.
  var began: KernelInstant { mappedAt ?? startedAt }

  /// Whether a process of its own ran on it; the first thread of a process has the same id.
  var ranProcess: Bool { thread.raw == process.raw }

  /// Whether its thread is gone and it is still there. What is left of one that was unmapped in part
  /// is another matter, and slots of a larger mapping are their owner's.
  func isLeftBehind(_ policy: ThreadStackPolicy) -> Bool {
    isIdle && !isCarved && liveBytes >= bytes - bytes / policy.leftBehindPart.value
  }
}
