// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// A reason to ask for more than usual.
public enum Doubt: String, CaseIterable, Sendable, Equatable {
  case lostEvents = "lost-events"
  case threadPool = "thread-pool"
  case collector
  case goHeap = "go-heap"
}

/// How many times as long, and as much, as usual it takes to call something a leak.
public struct ScepticismPolicy: Sendable {
  public var lostEvents = Constant(
    2 as UInt64, "Where events were lost, frees may have been missed.")
  public var threadPool = Constant(
    4 as UInt64, "Stacks that threads run on: a pool fills at leisure and is kept for good.")
  public var goHeap = Constant(
    2 as UInt64, "A Go heap grows to twice of what is in use before it is collected.")
  public var fewestUnpooled = Constant(
    48, "So many running threads, of which none ended, are more than most pools have.")
  public var unpooledPart = Constant(
    2 as UInt64, "For those, the doubt about pools is divided by this.")

  public init() {}

  /// The doubts about memory of one kind.
  ///
  /// No collector ends threads. For other memory of a collected process the collector's own patience
  /// covers lost frees too.
  func doubts(about kind: MappingKind, _ known: Circumstances) -> Doubts {
    var doubts = Doubts()
    if kind != .threadStack, let patience = known.collectorPatience() {
      doubts.add(.collector, patience)
      return doubts
    }
    if known.lostEvents { doubts.add(.lostEvents, lostEvents.value) }
    if kind == .threadStack { doubts.add(.threadPool, threadPool.value) }
    if kind == .heap, known.hasGoHeap { doubts.add(.goHeap, goHeap.value) }
    return doubts
  }

  /// What a verdict tells of the doubts about its memory: each made bpfleak wait longer.
  func evidence(about kind: MappingKind, _ known: Circumstances) -> [Evidence] {
    let doubts = doubts(about: kind, known)
    var facts: [Evidence] = []
    if doubts.contains(.collector), let patience = known.collectorPatience() {
      facts.append(.waitedLonger(.collector, times: patience))
    }
    if doubts.contains(.threadPool) {
      facts.append(.waitedLonger(.threadPool, times: threadPool.value))
    }
    if doubts.contains(.goHeap) { facts.append(.waitedLonger(.goHeap, times: goHeap.value)) }
    if known.lostEvents { facts.append(.lostEvents) }
    return facts
  }

  /// Those about threads that run, where they are too many for a pool.
  func easedDoubts(_ doubts: Doubts, about seen: Observation) -> Doubts {
    guard seen.origin.kind == .threadStack, seen.live.count >= fewestUnpooled.value,
      seen.freed.count == 0
    else { return doubts }
    var eased = doubts
    eased.factor /= unpooledPart.value
    return eased
  }
}

/// The doubts about one origin, and what all of them come to.
struct Doubts: Equatable, Sendable {
  var factor: UInt64 = 1
  private var bits: UInt8 = 0

  mutating func add(_ doubt: Doubt, _ times: UInt64) {
    factor *= times
    bits |= doubt.bit
  }

  func contains(_ doubt: Doubt) -> Bool { bits & doubt.bit != 0 }
}

extension Doubt {
  fileprivate var bit: UInt8 {
    switch self {
    case .lostEvents: 1
    case .threadPool: 2
    case .collector: 4
    case .goHeap: 8
    }
  }
}
