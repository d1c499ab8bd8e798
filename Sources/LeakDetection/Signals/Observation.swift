// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// What one origin shows at one instant: facts alone, copied out of the ledger.
struct Observation: Sendable {
  var now: KernelInstant
  var origin: Origin
  /// By calls that were seen.
  var mapped = Account.Amount()
  var freed = Account.Amount()
  /// There before tracing began.
  var present = Account.Amount()
  var live = Account.Amount()
  var smallestBytes: UInt64 = .max
  var largestBytes: UInt64 = 0
  /// Of reservations: bytes that are accessible, and that ever were.
  var committedBytes: UInt64 = 0
  var everCommitted: UInt64 = 0
  /// Nanoseconds from one birth to the next, and how far off that is usually.
  var usualGap = 0.0
  var gapDeviation = 0.0
  var lastBirth: KernelInstant?
  /// Of the heap in reservations: what was accessible before tracing began.
  var heldBefore: UInt64 = 0
  /// The history, oldest first.
  var windows: [Trend.Window]
  /// How many ended, by age; `Trend.endsByAge` says at which.
  var endsByAge: [UInt32]

  init(at now: KernelInstant, of origin: Origin, windows: [Trend.Window], endsByAge: [UInt32]) {
    self.now = now
    self.origin = origin
    self.windows = windows
    self.endsByAge = endsByAge
  }

  init(_ account: Account, _ trend: Trend, heldBefore: UInt64 = 0, at now: KernelInstant) {
    self.init(
      at: now, of: account.origin, windows: trend.windows, endsByAge: trend.endsByAge)
    mapped = account.mapped
    freed = account.freed
    present = account.present
    live = account.live
    smallestBytes = account.smallestBytes
    largestBytes = account.largestBytes
    committedBytes = account.committedBytes
    everCommitted = account.everCommitted
    usualGap = account.usualGap
    gapDeviation = account.gapDeviation
    lastBirth = account.lastBirth
    self.heldBefore = heldBefore
  }

  /// What every mapping measured when it was made; nil when they differ.
  var eachBytes: UInt64? { smallestBytes == largestBytes ? largestBytes : nil }

  /// Whether it is address space of which little is used.
  func isMostlyReserved(_ measures: Measures) -> Bool {
    origin.manner == .reserved && committedBytes < live.bytes / measures.reservedPart.value
  }

  /// Whether its mappings differ much in size, and none of them ever went.
  func swells(_ measures: Measures) -> Bool {
    freed == Account.Amount() && smallestBytes > 0
      && largestBytes / measures.swellingTimes.value >= smallestBytes
  }

  /// The window that `instant` falls in.
  func window(of instant: KernelInstant) -> Int {
    var index = windows.count - 1
    while index > 0, windows[index].start > instant.nanoseconds { index -= 1 }
    return index
  }
}

extension Account {
  /// Whether a verdict on mappings of it says something that no other verdict says.
  var isOfMappings: Bool {
    switch manner {
    case .placed, .heapTotal, .committed, .break, .filled: return false
    case .mapped, .grown, .reserved: break
    }
    switch kind {
    case .anonymous: return !isArena
    case .file, .sharedMemory, .threadStack: return true
    case .heap, .mainStack, .guard, .special: return false
    }
  }
}
