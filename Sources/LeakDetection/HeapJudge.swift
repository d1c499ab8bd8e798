// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Judges a heap by the rules of `HeapPolicy`. It knows no ledger.
final class HeapJudge: Sendable {
  let policy: LeakPolicy
  private let life: VerdictLife
  private let youngestLater: KernelDuration

  init(_ policy: LeakPolicy) {
    self.policy = policy
    life = VerdictLife(policy: policy.life, leastFading: .zero)
    youngestLater = policy.heaps.later.map(\.age).min() ?? .max
  }

  /// `takenOver`: by how much mappings shrank since then. Once malloc has seen large pieces freed that
  /// it had mapped one by one, it takes their like from the heap.
  func draft(
    on seen: Observation, _ earlier: Verdict?, _ known: Circumstances,
    takenOver: (KernelInstant) -> UInt64
  ) -> DraftVerdict? {
    guard let whole = RisingFloor(seen, policy.measures) else { return nil }
    let signals = Signals(.heap, whole, seen)
    if let rule = rule(policy.heaps.leaking, signals, known, since: whole.first, takenOver) {
      return DraftVerdict(.leaking, rule.name, whole, seen)
    }
    for from in seen.windows.indices.dropFirst() {
      let start = KernelInstant(nanoseconds: seen.windows[from].start)
      guard seen.now.duration(since: start) >= youngestLater,
        let later = RisingFloor(seen, from: from, policy.measures)
      else { break }
      let signals = Signals(.heap, later, seen)
      if let rule = rule(policy.heaps.later, signals, known, since: later.first, takenOver) {
        return DraftVerdict(.leaking, rule.name, later, seen)
      }
    }
    let suspect = rule(policy.heaps.suspect, signals, known, since: whole.first, takenOver)
    if let earlier, earlier.standing == .leaking {
      return goingOn(earlier, seen, suspect, whole)
    }
    return suspect.map { DraftVerdict(.suspect, $0.name, whole, seen) }
  }

  /// The first rule that holds. Doubts and what mappings lost take a look at many threads and mappings:
  /// they are asked for only where a rule holds without them, for with them no other one does.
  private func rule(
    _ rules: [Rule], _ signals: Signals, _ known: Circumstances, since first: KernelInstant,
    _ takenOver: (KernelInstant) -> UInt64
  ) -> Rule? {
    guard rules.first(for: signals) != nil else { return nil }
    let doubt = policy.scepticism.doubts(about: .heap, known).factor
    guard doubt == 1 || rules.first(for: signals, doubt: doubt) != nil else { return nil }
    var complete = signals
    complete.takenOver = takenOver(first)
    return rules.first(for: complete, doubt: doubt)
  }

  /// What becomes of a leak for which no rule holds any more. It goes on to tell of the growth that it
  /// was made on: what grew before was another one.
  private func goingOn(
    _ earlier: Verdict, _ seen: Observation, _ suspect: Rule?, _ whole: RisingFloor
  ) -> DraftVerdict? {
    let since = RisingFloor(seen, from: seen.window(of: earlier.first), policy.measures)
    let now = since.map { present(seen, $0) }
    switch life.next(after: .leaking, holds: suspect?.standing, now) {
    case .suspect: return suspect.map { DraftVerdict(.suspect, $0.name, whole, seen) }
    case .paused: return since.map { DraftVerdict(.leaking, earlier.rule, $0, seen) }
    case .fading:
      return since.map { DraftVerdict(.suspect, earlier.rule, $0, seen, quiet: now?.quiet) }
    case .leaking, .withdrawn: return nil
    }
  }

  private func present(_ seen: Observation, _ since: RisingFloor) -> VerdictLife.Present {
    let signals = Signals(.heap, since, seen)
    let goesOn = Need.notFading(part: policy.life.fadingPart.value)
      .isMet(by: signals, age: signals.age, count: signals.count, least: .zero)
    return VerdictLife.Present(
      quiet: signals.quiet, span: signals.span,
      isThere: since.rise > 0 && seen.live.bytes >= since.levels[4] && goesOn)
  }
}
