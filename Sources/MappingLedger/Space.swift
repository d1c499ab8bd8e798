// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// One address space: its table, who runs in it, and what happened to it.
///
/// A reference, because several processes can run in one space and a table is changed in place.
public final class Space {
  /// Small, and stable within a run.
  public let id: Int
  public internal(set) var key: SpaceKey
  public internal(set) var table = RangeMap<LiveMapping>()
  /// In the order they came into view; the first one leads.
  public internal(set) var processes: [ProcessID] = []
  /// The one that left last, with its name: what a space that ends is told by.
  public internal(set) var lastProcess: (id: ProcessID, name: ThreadName)?
  public internal(set) var stacks = ThreadStacks()
  public internal(set) var accounts = Accounts()
  public internal(set) var activity = Activity()
  /// Whether the table began as the kernel's own; until then it holds only what was seen.
  public internal(set) var isSeeded = false
  /// Whether records of it were lost since the kernel was last asked.
  public internal(set) var hasLostEvents = false
  /// Whether that ever happened: counts from before stay doubtful.
  public internal(set) var everLostEvents = false
  /// Where the table may differ from the kernel's until that is asked; elsewhere it is what the events
  /// made of it, and they are right.
  public internal(set) var doubts = AddressRangeSet.everything
  /// What was doubtful when the kernel's list was taken last, and when that was: what an event from
  /// before then finds there may be from after it.
  var listedDoubts = AddressRangeSet()
  var listedAt = KernelInstant(nanoseconds: 0)
  /// A 32-bit address space, whose system calls the tracepoints do not report.
  public internal(set) var isCompat = false
  public internal(set) var startBreak: UInt64 = 0
  public internal(set) var currentBreak: UInt64 = 0
  public internal(set) var since: KernelInstant
  public internal(set) var baseline: Baseline?

  init(id: Int, key: SpaceKey, since: KernelInstant) {
    self.id = id
    self.key = key
    self.since = since
  }

  /// Calls that took effect, and the bytes they mapped or unmapped.
  public struct Activity: Sendable {
    public var maps: UInt64 = 0
    public var unmaps: UInt64 = 0
    public var mappedBytes: UInt64 = 0
    public var unmappedBytes: UInt64 = 0
  }

  /// What was live when the account began.
  public struct Baseline: Sendable {
    public var when: KernelInstant
    public var bytes: UInt64
    public var bytesByKind: [MappingKind: UInt64]
  }

  /// Whether what the table holds in `range` may be other than what a call at `when` found there.
  func isDoubtful(_ range: AddressRange, at when: KernelInstant) -> Bool {
    doubts.overlaps(range) || when <= listedAt && listedDoubts.overlaps(range)
  }

  /// Virtual size in bytes.
  public var virtualBytes: UInt64 { table.byteCount }

  public var bytesByKind: [MappingKind: UInt64] {
    var bytes: [MappingKind: UInt64] = [:]
    table.forEach(in: .everything) { bytes[$0.value.kind, default: 0] += $0.range.length }
    return bytes
  }

  /// Whether it has mappings made with MAP_GROWSDOWN; the main stack is known to grow.
  public var hasGrowingStacks: Bool {
    var found = false
    table.forEach(in: .everything) { entry in
      let traits = entry.value.traits
      if traits.contains(.growsDown), !traits.contains(.mainStack) { found = true }
    }
    return found
  }

  /// Starts the account of growth anew.
  public func markBaseline(at when: KernelInstant) {
    baseline = Baseline(when: when, bytes: virtualBytes, bytesByKind: bytesByKind)
  }
}
