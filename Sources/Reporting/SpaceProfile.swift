// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Symbolization

/// What one address space held at one moment, by kind and call path id.
///
/// Call paths stay ids here: a space that ends is tallied while the ring is drained, and nobody may wait
/// for its call paths then. `samples` looks them up when the report is made.
public struct SpaceProfile: Sendable {
  public let space: Int
  public let process: ProcessID
  public let processName: String
  public let when: KernelInstant
  private var tallies: [Key: OriginTally] = [:]

  private struct Key: Hashable {
    var kind: MappingKind
    /// Nil when the call path is unknown.
    var callPath: CallPathID?
  }

  /// Tallies a space as it is now. `verdicts` tell what of it leaks.
  public init(of space: Space, _ ledger: Ledger, verdicts: [Verdict], at now: KernelInstant) {
    self.space = space.id
    process = space.processes.first ?? space.lastProcess?.id ?? ProcessID(0)
    let name = ledger.processes[process]?.name ?? space.lastProcess?.name ?? ThreadName()
    processName = name.text
    when = now
    let blame = BlamedAddresses(of: space.id, in: verdicts)
    var tallies: [Key: OriginTally] = [:]
    space.table.forEach(in: .everything) { entry in
      let mapping = entry.value
      // A guard page was mapped with its stack, so it counts as part of the stack.
      let kind = mapping.kind == .guard ? .threadStack : mapping.kind
      tallies[Key(kind: kind, callPath: mapping.callPath), default: OriginTally()].take(
        entry.range.length, of: mapping, space.accounts[mapping.account].origin,
        isLeaked: blame.covers(entry.range.start))
    }
    space.accounts.forEachAccount { account in
      tallies[Key(kind: account.kind, callPath: account.callPath), default: OriginTally()]
        .take(account)
    }
    self.tallies = tallies
  }

  /// How many tallies it holds.
  public var count: Int { tallies.count }

  /// The call paths that `samples` will look up.
  public var callPaths: Set<CallPathID> { Set(tallies.keys.compactMap(\.callPath)) }

  /// One sample for each kind and call path, in no order. Several ids can stand for equal frames: their
  /// memory is one sample.
  public func samples(callPath: (CallPathID) -> CallPath?) -> [ProfileSample] {
    struct Group: Hashable {
      var kind: MappingKind
      var callPath: CallPath?
    }
    var groups: [Group: OriginTally] = [:]
    for (key, tally) in tallies {
      let known = key.callPath.flatMap(callPath).flatMap { $0.frames.isEmpty ? nil : $0 }
      groups[Group(kind: key.kind, callPath: known), default: OriginTally()].add(tally)
    }
    return groups.compactMap { group, tally in
      let retained = tally.retained(until: when)
      // A thread stack is in the account of the kind that it was mapped as.
      let all = tally.mapped ?? retained.last?.amount ?? .init()
      guard tally.live.count > 0 || all.count > 0 else { return nil }
      return ProfileSample(
        space: space, process: process, processName: processName, kind: group.kind,
        callPath: group.callPath, origins: tally.origins, mapped: all, live: tally.live,
        leaked: tally.leaked, retained: retained)
    }
  }
}

/// The addresses in one space that verdicts call leaking.
private struct BlamedAddresses {
  private let ranges: [Verdict.BlamedRange]

  init(of space: Int, in verdicts: [Verdict]) {
    ranges = verdicts.filter { $0.subject.space == space && $0.standing == .leaking }
      .flatMap(\.ranges).sorted { $0.start < $1.start }
  }

  func covers(_ address: UInt64) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 && address < ranges[low - 1].end
  }
}
