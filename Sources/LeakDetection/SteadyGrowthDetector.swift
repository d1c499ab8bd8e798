// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Mappings of one origin that keep coming, and buffers that keep growing.
///
/// Stacks that threads run on are judged like other mappings: threads that wait for what never comes
/// are a leak. Stacks without a thread are `OrphanedThreadStackDetector`'s.
public struct SteadyGrowthDetector: LeakDetector {
  let policy: LeakPolicy
  private let mappings: MappingJudge
  private let buffers: BufferJudge

  public init(policy: LeakPolicy = .standard) {
    self.policy = policy
    mappings = MappingJudge(policy)
    buffers = BufferJudge(policy)
  }

  public func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    var verdicts: [Verdict] = []
    var asked: Circumstances?
    space.accounts.forEachTrend { index, account, trend in
      guard account.isOfMappings,
        account.live.count >= mappings.fewest || account.manner == .grown
      else { return }
      let subject = Verdict.Subject(
        space: space.id, origin: account.origin, isRunOn: account.kind == .threadStack)
      let seen = Observation(account, trend, at: now)
      let before = earlier[subject]
      let known = asked ?? Circumstances(space, ledger)
      asked = known
      guard var draft = draft(on: seen, before, known) else { return }
      draft.evidence += policy.scepticism.evidence(
        about: account.manner == .grown ? .anonymous : account.kind, known)
      if subject.isRunOn {
        let (running, idle) = space.threadStacks(of: index)
        guard idle * policy.mappings.idlePart.value <= running else { return }
        draft.evidence.insert(.threadsRun(count: running), at: 1)
      }
      if draft.standing == .leaking, isReplacing(draft, account, space, at: now) {
        draft.standing = .suspect
      }
      verdicts.append(
        Verdict(
          subject, draft, of: index, seen, space, ledger, before, isEnding: isEnding))
    }
    return verdicts
  }

  private func draft(
    on seen: Observation, _ earlier: Verdict?, _ known: Circumstances
  ) -> DraftVerdict? {
    let isGrown = seen.origin.manner == .grown
    let grown = isGrown ? buffers.draft(on: seen, earlier, known) : nil
    if grown?.standing == .leaking { return grown }
    guard !isGrown || seen.live.count >= policy.buffers.many.value else { return grown }
    let many = mappings.draft(on: seen, earlier, known)
    return many?.standing == .leaking ? many : grown ?? many
  }

  /// Whether what came took the place of like mappings from before tracing, of which no call path is
  /// known.
  private func isReplacing(
    _ draft: DraftVerdict, _ account: Account, _ space: Space, at now: KernelInstant
  ) -> Bool {
    guard account.manner == .mapped else { return false }
    let middle = draft.first.later(by: now.since(draft.first) / 2)
    let gone = space.accounts.goneBefore(like: account, since: middle.nanoseconds)
    return gone * policy.mappings.replacedPart.value >= draft.count
  }
}

extension Space {
  /// Of the stacks in an account, how many threads run on, and how many lie there without one.
  fileprivate func threadStacks(of account: UInt32) -> (running: Int, idle: Int) {
    let wanted = accounts.index(standingFor: account)
    var counts = (running: 0, idle: 0)
    for stack in stacks.byOrigin.values {
      guard let entry = table.entry(containing: stack.range.end - 1),
        accounts.index(standingFor: entry.value.account) == wanted
      else { continue }
      if stack.isIdle { counts.idle += 1 } else { counts.running += 1 }
    }
    return counts
  }
}
