// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// A mapping that a thread runs on, or ran on.
public struct ThreadStack: Sendable {
  /// The whole mapping, including its guard page, when the first thread started on it.
  public var range: AddressRange
  /// How much of it is still mapped.
  public var liveBytes: UInt64
  public var guardBytes: UInt64
  /// Nil when it was mapped before tracing began.
  public var mappedAt: KernelInstant?
  public var mappedBy: ThreadID?
  public var mappedCallPath: CallPathID?
  public var hasStackFlag: Bool
  /// The thread that runs on it, or the last one that ran on it.
  public var thread: ThreadID
  public var process: ProcessID
  public var creator: ThreadID?
  /// The call path that created this thread; nil when it is unknown.
  public var createdCallPath: CallPathID?
  /// The stack pointer of this thread when it started; for a thread from before tracing began, a later
  /// one.
  public var pointer: UInt64
  public var startedAt: KernelInstant
  public var exitedAt: KernelInstant?
  /// How many threads have started on it so far.
  public var uses: Int
  /// How many threads run on it now. More than one means that the program cuts several stacks out of one
  /// mapping.
  public var liveThreads: Int
  /// Whether several threads ever ran on it at once.
  public var isCarved: Bool

  public var isIdle: Bool { liveThreads == 0 }

  /// The size that a C library compares when it looks for a stack to reuse.
  public var bytes: UInt64 { range.length }

  /// The call path to blame when the stack is never unmapped: the one that mapped it, or after a reuse
  /// the one that created the last thread on it.
  public var blamedCallPath: CallPathID? {
    uses == 1 ? mappedCallPath ?? createdCallPath : createdCallPath
  }
}

/// The thread stacks of one space, and a history for each size.
///
/// A C library gives a new thread an idle stack of the right size if it has one. If it maps a new stack
/// while one lies idle, it does not know of the idle one.
public struct ThreadStacks: Sendable {
  /// By `LiveMapping.origin`.
  public internal(set) var byOrigin: [UInt64: ThreadStack] = [:]
  /// By size in bytes, including the guard page.
  public internal(set) var history: [UInt64: History] = [:]
  /// The last few stacks that were unmapped, in case a munmap turns out to have failed.
  private var removals: [(origin: UInt64, stack: ThreadStack)] = []

  public struct History: Sendable {
    /// How many stacks of this size were mapped for a new thread.
    public var fresh = 0
    public var lastFreshAt: KernelInstant?
    /// How many threads started on an idle stack of this size.
    public var reused = 0
    /// How many idle stacks were unmapped.
    public var reclaimed = 0
    /// The longest time that a stack lay idle before it was reused or unmapped, in nanoseconds.
    public var longestIdle: UInt64 = 0

    public init() {}

    /// Adds the history of stacks of another size.
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
      // A mapping from before tracing began is not new, even when its first thread starts now.
      if let mapped = stack.mappedAt {
        history[stack.bytes, default: History()].fresh += 1
        // A program can hold memory for a while before it uses it as a stack.
        let latest = history[stack.bytes]?.lastFreshAt ?? mapped
        history[stack.bytes]?.lastFreshAt = max(latest, mapped)
      }
      return
    }
    // Older kernels report the end of a thread after its stack can be reused. A thread that starts with
    // the same stack pointer follows the last one. A thread with another one has its own part of the
    // mapping.
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
    stack.createdCallPath = path
    stack.pointer = pointer
    stack.startedAt = when
    stack.exitedAt = nil
    byOrigin[origin] = stack
  }

  mutating func exited(_ thread: ThreadID, origin: UInt64, at when: KernelInstant) {
    guard var stack = byOrigin[origin] else { return }
    // If not, the next thread runs on it already.
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

  /// Undoes a removal of `bytes`.
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
