// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// Judges the mappings of one origin by the rules of `MappingPolicy`. It knows no ledger.
///
/// A class, because judging would copy the policy over and over otherwise.
final class MappingJudge: Sendable {
  private let policy: LeakPolicy
  private let measures: Measures
  private let life: VerdictLife
  /// With fewer live mappings no rule can hold.
  let fewest: Int
  private let youngestLater: KernelDuration

  init(_ policy: LeakPolicy) {
    self.policy = policy
    measures = policy.measures
    life = VerdictLife(policy: policy.life, leastFading: policy.life.fadingOfMappings.value)
    fewest = policy.mappings.fewest
    youngestLater = policy.mappings.later.map(\.age).min() ?? .max
  }

  func draft(
    on seen: Observation, _ earlier: Verdict?, _ known: Circumstances
  ) -> DraftVerdict? {
    guard seen.live.count >= fewest else { return nil }
    let lateEnds =
      (earlier?.standing == .leaking ? measures.lateEndsOfLeaking : measures.lateEnds).value
    guard let stuck = StuckAllocations(seen, lateEnds: lateEnds, measures) else { return nil }
    let signals = Signals(stuck, seen, measures)
    let doubts = policy.scepticism.doubts(about: seen.origin.kind, known)
    let eased = policy.scepticism.easedDoubts(doubts, about: seen)
    if let rule = policy.mappings.leaking.first(for: signals, doubt: eased.factor) {
      return DraftVerdict(.leaking, rule.name, stuck, seen, measures)
    }
    if let later = laterGrowth(seen, doubts) { return later }
    if let swelling = swelling(seen, doubts) { return swelling }
    let suspect = policy.mappings.suspect.first(for: signals, doubt: doubts.factor)
    let state = life.next(
      after: earlier?.standing, holds: suspect?.standing,
      earlier == nil ? nil : present(signals, seen, doubts))
    switch state {
    case .paused: return again(.leaking, earlier, stuck, seen)
    case .fading: return again(.suspect, earlier, stuck, seen, quiet: signals.quiet)
    case .suspect:
      return suspect.map { DraftVerdict(.suspect, $0.name, stuck, seen, measures) }
    case .leaking, .withdrawn: return nil
    }
  }

  /// The rule that made a verdict is told as long as the verdict stands.
  private func again(
    _ standing: Verdict.Standing, _ earlier: Verdict?, _ stuck: StuckAllocations,
    _ seen: Observation, quiet: KernelDuration? = nil
  ) -> DraftVerdict? {
    earlier.map { DraftVerdict(standing, $0.rule, stuck, seen, measures, quiet: quiet) }
  }

  private func present(
    _ signals: Signals, _ seen: Observation, _ doubts: Doubts
  ) -> VerdictLife.Present {
    var present = VerdictLife.Present(quiet: signals.quiet, span: signals.span)
    present.isSlowing =
      !seen.swells(measures)
      && signals.course.laterHalf < policy.life.fadingShare.value * Double(signals.count)
    present.isSuspectPausing = !MappingPolicy.stillComing.isMet(
      by: signals, age: signals.age / doubts.factor, count: signals.count, least: .zero)
    return present
  }

  /// What an allocator takes from the system in ever larger pieces, ever more seldom.
  private func swelling(_ seen: Observation, _ doubts: Doubts) -> DraftVerdict? {
    guard seen.swells(measures), !seen.isMostlyReserved(measures),
      let floor = RisingFloor(seen, measures),
      let rule = policy.mappings.swelling.first(
        for: Signals(.swelling, floor, seen), doubt: doubts.factor)
    else { return nil }
    return DraftVerdict(.leaking, rule.name, floor, seen)
  }

  /// Growth that began, or went on, after another time.
  private func laterGrowth(_ seen: Observation, _ doubts: Doubts) -> DraftVerdict? {
    let windows = seen.windows
    let doubt = doubts.factor
    for from in windows.indices.dropFirst() where windows[from].survivors > 0 {
      let start = KernelInstant(nanoseconds: windows[from].start)
      guard seen.now.duration(since: start) / doubt >= youngestLater else { return nil }
      guard
        let stuck = StuckAllocations(
          seen, lateEnds: measures.lateEnds.value, from: from, measures)
      else { continue }
      var signals = Signals(stuck, seen, measures)
      guard policy.mappings.leaking.first(for: signals, doubt: doubt) != nil else { continue }
      signals.comparePace(with: windows[..<from], from: start, to: stuck.horizon)
      if let rule = policy.mappings.later.first(for: signals, doubt: doubt) {
        return DraftVerdict(.leaking, rule.name, stuck, seen, measures)
      }
    }
    return nil
  }
}

extension Signals {
  /// Compares the pace from `start` to `horizon` with that just before: growth that merely slowed down
  /// has changed little there.
  mutating func comparePace(
    with earlier: ArraySlice<Trend.Window>, from start: KernelInstant, to horizon: KernelInstant
  ) {
    let span = max(1, horizon.since(start))
    var since = start.nanoseconds
    var before = 0
    for window in earlier.reversed()
    where start.nanoseconds - window.start <= span / 4 || before == 0 {
      before += window.survivors
      since = window.start
    }
    paceBefore = Double(before) / Double(max(Trend.finest, start.nanoseconds - since))
    pace = Double(count) / Double(span)
  }
}
