// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// A mapping that a thread ran on, or runs on.
public struct ThreadStack: Sendable {
  /// The whole of it, guard included, when the first thread started on it.
  public var range: AddressRange
  /// What of it is still mapped.
  public var liveBytes: UInt64
  public var guardBytes: UInt64
  /// Nil when the mapping was there before the tracer.
  public var mappedAt: KernelInstant?
  public var mappedBy: ThreadID?
  public var mappedStack: CallPathID?
  public var hasStackFlag: Bool
  /// The thread that runs on it, or the last one that did.
  public var thread: ThreadID
  public var process: ProcessID
  public var creator: ThreadID?
  /// The call path that created it; nil when that is not known.
  public var createdStack: CallPathID?
  /// The stack pointer that thread was seen with: its first one, or for a thread from before the
  /// tracer any.
  public var pointer: UInt64
  public var startedAt: KernelInstant
  public var exitedAt: KernelInstant?
  /// Threads that started on it so far.
  public var uses: Int
  /// Threads that run on it now; more than one means that the caller carves stacks out of it.
  public var liveThreads: Int
  /// Whether several threads were ever live on it at once.
  public var isCarved: Bool

  public var isIdle: Bool { liveThreads == 0 }

  /// The size that a C library compares when it looks for a stack to use again.
  public var bytes: UInt64 { range.length }

  /// The call path that is to blame when nobody gives it back: where it was mapped, or if it was used
  /// again since, where the last thread on it was created.
  public var blamedStack: CallPathID? { uses == 1 ? mappedStack ?? createdStack : createdStack }
}

/// The thread stacks of one space and the history of each size.
///
/// A C library gives a new thread an idle stack of the size if it has one. What was mapped afresh
/// while an idle one lay there therefore tells that the idle one is out of its reach.
public struct ThreadStacks: Sendable {
  /// By origin of the mapping.
  public internal(set) var byOrigin: [UInt64: ThreadStack] = [:]
  /// By size in bytes, guard included.
  public internal(set) var history: [UInt64: History] = [:]
  /// The last few that were unmapped, should it turn out that they were not.
  private var removals: [(origin: UInt64, stack: ThreadStack)] = []

  public struct History: Sendable {
    /// Stacks of this size that were mapped afresh for a thread.
    public var fresh = 0
    public var lastFreshAt: KernelInstant?
    /// Threads that started on an idle stack of this size.
    public var reused = 0
    /// Idle stacks that were unmapped.
    public var reclaimed = 0
    /// The longest that a stack lay idle, in nanoseconds, before it was reused or unmapped.
    public var longestIdle: UInt64 = 0

    public init() {}

    /// Adds what happened to stacks of another size.
    public mutating func add(_ other: History) {
      fresh += other.fresh
      lastFreshAt = [lastFreshAt, other.lastFreshAt].compactMap { $0 }.max()
      reused += other.reused
      reclaimed += other.reclaimed
      longestIdle = max(longestIdle, other.longestIdle)
    }
  }

  mutating func started(
    origin: UInt64, stack fresh: @autoclosure () -> ThreadStack, thread: ThreadID,
    process: ProcessID, creator: ThreadID?, from path: CallPathID?, at pointer: UInt64,
    _ when: KernelInstant
  ) {
    guard var stack = byOrigin[origin] else {
      let stack = fresh()
      byOrigin[origin] = stack
      // A mapping from before our time is old, not fresh, whoever starts on it now.
      if let mapped = stack.mappedAt {
        history[stack.bytes, default: History()].fresh += 1
        // A program can keep memory for a while before it makes a stack of it.
        let latest = history[stack.bytes]?.lastFreshAt ?? mapped
        history[stack.bytes]?.lastFreshAt = max(latest, mapped)
      }
      return
    }
    // Older kernels tell of a thread's end only after they let its stack go: one that
    // starts where the last one did is its successor, one that starts elsewhere has another slot.
    if stack.isIdle || !stack.isCarved && stack.pointer == pointer {
      var past = history[stack.bytes] ?? History()
      past.reused += 1
      past.longestIdle = max(past.longestIdle, when.since(stack.exitedAt ?? when))
      history[stack.bytes] = past
      stack.liveThreads = 1
    } else {
      stack.liveThreads += 1
      stack.isCarved = true
    }
    stack.uses += 1
    stack.thread = thread
    stack.process = process
    stack.creator = creator
    stack.createdStack = path
    stack.pointer = pointer
    stack.startedAt = when
    stack.exitedAt = nil
    byOrigin[origin] = stack
  }

  mutating func exited(_ thread: ThreadID, origin: UInt64, at when: KernelInstant) {
    guard var stack = byOrigin[origin] else { return }
    // Otherwise its successor is on it already.
    guard stack.isCarved || stack.thread == thread else { return }
    stack.liveThreads = max(0, stack.liveThreads - 1)
    if stack.isIdle { stack.exitedAt = when }
    byOrigin[origin] = stack
  }

  mutating func removed(_ bytes: UInt64, origin: UInt64, at when: KernelInstant) {
    guard var stack = byOrigin[origin] else { return }
    stack.liveBytes -= min(bytes, stack.liveBytes)
    if stack.liveBytes > 0 {
      byOrigin[origin] = stack
      return
    }
    byOrigin[origin] = nil
    if removals.count == 16 { removals.removeFirst() }
    removals.append((origin, stack))
    if let exited = stack.exitedAt {
      var past = history[stack.bytes] ?? History()
      past.reclaimed += 1
      past.longestIdle = max(past.longestIdle, when.since(exited))
      history[stack.bytes] = past
    }
  }

  /// Undoes part of a removal.
  mutating func restored(_ bytes: UInt64, origin: UInt64) {
    guard bytes > 0 else { return }
    if byOrigin[origin] == nil, let index = removals.lastIndex(where: { $0.origin == origin }) {
      let stack = removals.remove(at: index).stack
      if stack.exitedAt != nil { history[stack.bytes]?.reclaimed -= 1 }
      byOrigin[origin] = stack
    }
    byOrigin[origin]?.liveBytes += bytes
  }
}
