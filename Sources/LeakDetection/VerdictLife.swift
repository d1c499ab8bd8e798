// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// What becomes of a verdict from one judging to the next.
///
/// It takes more to take a verdict back than not to give it: work comes in bursts, and a verdict that
/// comes and goes with them helps nobody.
struct VerdictLife {
  enum State: Equatable {
    /// A rule for suspects holds.
    case suspect
    /// A rule for leaks holds.
    case leaking
    /// None does, but growth was seen a short while ago: still told as leaking.
    case paused
    /// Growth was seen a longer while ago: told as suspect, and since when.
    case fading
    case withdrawn
  }

  /// What the memory that a verdict stands on does now.
  struct Present {
    /// Since the last growth, and how long growth had lasted by then.
    var quiet: KernelDuration
    var span: KernelDuration
    /// Whether what the verdict stands on still holds, so that it can go on without a rule.
    var isThere = true
    /// Whether what came of late is next to nothing beside what came before.
    var isSlowing = false
    /// Whether a suspect may pause, and nothing came of late.
    var isSuspectPausing = false
  }

  let policy: LifePolicy
  /// Leaks stay suspects for that long at least.
  let leastFading: KernelDuration

  /// `holds`: the standing that a rule gives now; nil when none holds. `now`: nil when there is nothing
  /// that an earlier verdict could go on with.
  func next(
    after earlier: Verdict.Standing?, holds: Verdict.Standing?, _ now: Present?
  ) -> State {
    if holds == .leaking { return .leaking }
    if earlier == .leaking, let now, now.isThere {
      if now.quiet <= max(policy.pause.value, now.span), !now.isSlowing { return .paused }
      let longest = max(leastFading, now.span * policy.fadingSpans.value)
      return now.quiet <= longest ? .fading : .withdrawn
    }
    if holds == .suspect { return .suspect }
    if earlier == .suspect, let now, now.isSuspectPausing,
      now.quiet <= max(policy.suspectPause.value, now.span)
    {
      return .fading
    }
    return .withdrawn
  }
}
