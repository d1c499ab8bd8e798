// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

// What only the kernel knows, and so has to be asked for.

extension Ledger {
  /// How many rounds of questions a rename waits for the exec that it is a part of.
  private static let unseenRounds = 2

  func want(_ key: SpaceKey, _ reason: SnapshotReason) {
    switch (wanted[key], reason) {
    case (.execed?, _), (.unknown?, .forked), (.unknown?, .unsure), (.lost?, _): break
    default: wanted[key] = reason
    }
  }

  /// Notes that only the kernel knows what is mapped in `range` of a space.
  func doubt(_ range: AddressRange, in space: Space) {
    space.doubts.formUnion(range)
    want(space.key, .unsure)
  }

  /// Notes that records of `key` were lost. Its table is uncertain until the kernel is asked.
  public func noteLoss(in key: SpaceKey) {
    guard let space = space(of: key) else { return }
    space.hasLostEvents = true
    space.everLostEvents = true
    space.doubts = .everything
    want(key, .lost)
  }

  /// Wants a space again whose list could not be had just now, if a process still lives in it.
  public func wantAgain(_ key: SpaceKey, _ reason: SnapshotReason) {
    if space(of: key)?.processes.isEmpty == false { want(key, reason) }
  }

  /// Takes one space from the wanted ones. Returns why it was wanted.
  public func takeWanted(_ key: SpaceKey) -> SnapshotReason? { wanted.removeValue(forKey: key) }

  /// Takes all wanted spaces, with the reasons.
  public func takeWanted() -> [SpaceKey: SnapshotReason] {
    takeInUnseen()
    defer { wanted.removeAll(keepingCapacity: true) }
    return wanted
  }

  /// Takes in the renamed processes whose exec has not come in time.
  private func takeInUnseen() {
    for (key, (event, rounds)) in unseen {
      unseen[key] = (event, rounds + 1)
      guard rounds >= Self.unseenRounds else { continue }
      unseen[key] = nil
      guard let space = spaceInView(event), case .renamed(let name, _) = event.fact else {
        continue
      }
      if processes[event.process]?.space == space.key, threads[event.thread]?.name == ThreadName() {
        threads[event.thread]?.name = name
        processes[event.process]?.name = name
      }
    }
  }

  /// The threads whose munmap or mremap may still be running and overlaps a doubt of the space, each with
  /// the ordinal of the call. While such a call runs, a list of the kernel does not settle the doubt.
  public func callsUnderWay(in key: SpaceKey) -> [ThreadID: UInt64] {
    guard let space = space(of: key), !space.doubts.isEmpty else { return [:] }
    return recent.threads(in: space.id, over: space.doubts)
  }

  /// Notes that those calls have returned. A call that succeeds has no record of its end.
  public func endCalls(_ calls: [ThreadID: UInt64]) {
    for (thread, ordinal) in calls { recent.end(thread, ordinal: ordinal) }
  }
}
