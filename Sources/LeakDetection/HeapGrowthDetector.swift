// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// A heap that grows and does not come back: the program break, Go's heap, and what is made accessible
/// of reservations, as of malloc's arenas and of the linear memory of WebAssembly.
///
/// Whoever calls malloc when the top is reached extends the heap, guilty or not. So the heap is judged
/// as a whole, by its least size in each while, and the call path that extended it most is named.
public struct HeapGrowthDetector: LeakDetector {
  private let policy: LeakPolicy
  private let life: VerdictLife
  private let youngestLater: KernelDuration

  public init(policy: LeakPolicy = .standard) {
    self.policy = policy
    life = VerdictLife(policy: policy.life, leastFading: .zero)
    youngestLater = policy.heaps.later.map(\.age).min() ?? .max
  }

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
      guard var draft = draft(on: seen, space, ledger, before) else { return nil }
      if space.everLostEvents { draft.evidence.append(.lostEvents) }
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

  private func draft(
    on seen: Observation, _ space: Space, _ ledger: Ledger, _ earlier: Verdict?
  ) -> DraftVerdict? {
    guard let whole = RisingFloor(seen, policy.measures) else { return nil }
    let doubt = policy.scepticism.doubts(about: .heap, Circumstances(space, ledger)).factor
    let signals = Signals(.heap, whole, seen)
    // To see what mappings lost walks all of them: asked only where a rule holds otherwise. Once malloc
    // has seen large pieces freed that it had mapped one by one, it takes their like from the heap.
    func rule(_ rules: [Rule], _ signals: Signals, since first: KernelInstant) -> Rule? {
      guard rules.first(for: signals, doubt: doubt) != nil else { return nil }
      var complete = signals
      complete.takenOver = space.accounts.anonymousBytesGone(since: first.nanoseconds)
      return rules.first(for: complete, doubt: doubt)
    }
    if let rule = rule(policy.heaps.leaking, signals, since: whole.first) {
      return DraftVerdict(.leaking, rule.name, whole, seen)
    }
    for from in seen.windows.indices.dropFirst() {
      let start = KernelInstant(nanoseconds: seen.windows[from].start)
      guard seen.now.duration(since: start) / doubt >= youngestLater,
        let later = RisingFloor(seen, from: from, policy.measures)
      else { break }
      let signals = Signals(.heap, later, seen)
      if let rule = rule(policy.heaps.later, signals, since: later.first) {
        return DraftVerdict(.leaking, rule.name, later, seen)
      }
    }
    // A verdict goes on to tell of the growth that it was made on: what grew before was another one.
    let since = earlier.flatMap { earlier in
      earlier.standing != .leaking
        ? nil : RisingFloor(seen, from: seen.window(of: earlier.first), policy.measures)
    }
    let continued = since.map { Signals(.heap, $0, seen) }
    let suspect = rule(policy.heaps.suspect, signals, since: whole.first)
    let state = life.next(
      after: earlier?.standing, holds: suspect?.standing, present(seen, since, continued))
    switch state {
    case .suspect: return suspect.map { DraftVerdict(.suspect, $0.name, whole, seen) }
    case .paused:
      return earlier.flatMap { earlier in
        since.map { DraftVerdict(.leaking, earlier.rule, $0, seen) }
      }
    case .fading:
      return earlier.flatMap { earlier in
        since.map { DraftVerdict(.suspect, earlier.rule, $0, seen, quiet: continued?.quiet) }
      }
    case .leaking, .withdrawn: return nil
    }
  }

  private func present(
    _ seen: Observation, _ since: RisingFloor?, _ signals: Signals?
  ) -> VerdictLife.Present {
    guard let since, let signals else {
      return VerdictLife.Present(quiet: .zero, span: .zero, isThere: false)
    }
    let goesOn = Need.notFading(part: policy.life.fadingPart.value)
      .isMet(by: signals, age: signals.age, count: signals.count, least: .zero)
    return VerdictLife.Present(
      quiet: signals.quiet, span: signals.span,
      isThere: since.rise > 0 && seen.live.bytes >= since.levels[4] && goesOn)
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
