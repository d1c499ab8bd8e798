// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Judges what mremap grows, by the rules of `BufferPolicy`. It knows no ledger.
final class BufferJudge: Sendable {
  private let policy: LeakPolicy
  private let life: VerdictLife

  init(_ policy: LeakPolicy) {
    self.policy = policy
    life = VerdictLife(policy: policy.life, leastFading: .zero)
  }

  func draft(
    on seen: Observation, _ earlier: Verdict?, _ known: Circumstances
  ) -> DraftVerdict? {
    guard let floor = RisingFloor(seen, policy.measures), seen.live.count > 0 else { return nil }
    let signals = Signals(.buffers, floor, seen)
    guard Need.outgrowing.isMet(by: signals, age: signals.age, count: 0, least: .zero) else {
      return nil
    }
    // Threads and heaps have doubts of their own; a buffer is memory like other mappings.
    let doubt = policy.scepticism.doubts(about: .anonymous, known).factor
    let rule =
      policy.buffers.leaking.first(for: signals, doubt: doubt)
      ?? policy.buffers.suspect.first(for: signals, doubt: doubt)
    let state = life.next(
      after: earlier?.standing, holds: rule?.standing,
      VerdictLife.Present(
        quiet: signals.quiet, span: signals.span,
        isThere: seen.live.bytes >= floor.levels[4] && floor.rise > 0))
    switch state {
    case .leaking, .suspect: return rule.map { DraftVerdict($0.standing, $0.name, floor, seen) }
    case .paused: return earlier.map { DraftVerdict(.leaking, $0.rule, floor, seen) }
    case .fading:
      return earlier.map { DraftVerdict(.suspect, $0.rule, floor, seen, quiet: signals.quiet) }
    case .withdrawn: return nil
    }
  }
}
