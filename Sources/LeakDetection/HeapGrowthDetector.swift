// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// A heap that grows and does not come back: the program break, Go's heap, and what is made accessible
/// of reservations, as of malloc's arenas and of the linear memory of WebAssembly.
///
/// Whoever calls malloc when the top is reached extends the heap, guilty or not. So the heap is judged
/// as a whole, by its least size in each while, and the call path that extended it most is named.
public struct HeapGrowthDetector: LeakDetector {
  private let judge: HeapJudge

  public init(policy: LeakPolicy = .standard) { judge = HeapJudge(policy) }

  public func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    [Origin.Manner.heapTotal, .committed].compactMap { manner in
      guard let (total, trend) = space.accounts.total(manner) else { return nil }
      let subject = Verdict.Subject(
        space: space.id, origin: Origin(kind: .heap, manner: manner))
      let before = earlier[subject]
      let seen = Observation(
        total, trend, heldBefore: manner == .committed ? space.accounts.committedBefore : 0,
        at: now)
      let known = Circumstances(space, ledger)
      let found = judge.draft(on: seen, before, known) { first in
        space.accounts.anonymousBytesGone(since: first.nanoseconds)
      }
      guard var draft = found else { return nil }
      draft.evidence += judge.policy.scepticism.evidence(
        about: .heap, known)
      let extenders = Extenders(of: manner, space, since: draft.first)
      if extenders.callPaths > 0 {
        draft.evidence.append(
          .extenders(stacks: extenders.callPaths, share: extenders.share))
      }
      var verdict = Verdict(
        subject, draft, of: nil, seen, space, ledger, before, isEnding: isEnding)
      verdict.callPath = extenders.most
      verdict.count = max(1, total.mapped.count)
      return verdict
    }
  }
}

/// Who extended the heap.
private struct Extenders {
  var callPaths = 0
  var most: CallPathID?
  /// Of the bytes that are there, how much the one that extended it most did.
  var share = 0.0

  init(of manner: Origin.Manner, _ space: Space, since first: KernelInstant) {
    var total: UInt64 = 0
    var largest: UInt64 = 0
    space.accounts.forEachExtender(manner) { account in
      guard account.live.bytes > 0, let path = account.callPath,
        let last = account.lastBirth, last >= first
      else { return }
      callPaths += 1
      total &+= account.live.bytes
      if account.live.bytes > largest {
        largest = account.live.bytes
        most = path
      }
    }
    share = total == 0 ? 0 : Double(largest) / Double(total)
  }
}
