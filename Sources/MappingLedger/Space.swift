// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// One address space: its mappings, its processes, and what happened in it.
///
/// A class, because several processes can share a space and its table is changed in place.
public final class Space {
  /// A small number that no other space of the run has.
  public let id: Int
  public internal(set) var key: SpaceKey
  public internal(set) var table = RangeMap<LiveMapping>()
  /// In the order in which they came into view. The first one represents the space.
  public internal(set) var processes: [ProcessID] = []
  /// The process that left last, and its name: the end of a space is reported under it.
  public internal(set) var lastProcess: (id: ProcessID, name: ThreadName)?
  public internal(set) var stacks = ThreadStacks()
  public internal(set) var accounts = Accounts()
  public internal(set) var activity = Activity()
  /// Whether the table was filled from a list of the kernel. Until then it holds only mappings whose
  /// calls were seen.
  public internal(set) var isSeeded = false
  /// Whether records of this space were lost since the kernel was last asked.
  public internal(set) var hasLostEvents = false
  /// Whether records were ever lost. Counts then stay uncertain, also after the kernel was asked.
  public internal(set) var everLostEvents = false
  /// Where the table may be wrong until the kernel is asked. Everywhere else the events keep it right.
  public internal(set) var doubts = AddressRangeSet.everything
  /// The doubts that the last list of the kernel settled, and the time of that list. In those ranges the
  /// table can be ahead of events from before the list.
  var listedDoubts = AddressRangeSet()
  var listedAt = KernelInstant.zero
  /// Whether it is a 32-bit address space. Tracepoints do not report its system calls.
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

  /// How many calls took effect, and how many bytes they mapped or unmapped.
  public struct Activity: Sendable {
    public var maps: UInt64 = 0
    public var unmaps: UInt64 = 0
    public var mappedBytes: UInt64 = 0
    public var unmappedBytes: UInt64 = 0
  }

  /// What was mapped when growth was last reset.
  public struct Baseline: Sendable {
    public var when: KernelInstant
    public var bytes: UInt64
    public var bytesByKind: [MappingKind: UInt64]
  }

  /// Whether a call at `when` may have found other mappings in `range` than the table has there now.
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

  /// Whether it has mappings with MAP_GROWSDOWN besides the main stack.
  public var hasGrowingStacks: Bool {
    var found = false
    table.forEach(in: .everything) { entry in
      let traits = entry.value.traits
      if traits.contains(.growsDown), !traits.contains(.mainStack) { found = true }
    }
    return found
  }

  /// Resets growth: from now on it is measured from what is mapped at `when`.
  public func markBaseline(at when: KernelInstant) {
    baseline = Baseline(when: when, bytes: virtualBytes, bytesByKind: bytesByKind)
  }
}
