// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import LeakDetection

/// The states of a verdict, from one judging to the next.
@Suite struct VerdictStateTests {
  private func next(
    after earlier: Verdict.Standing?, holds: Verdict.Standing? = nil, quiet: Double = 0,
    span: Double = 10, leastFading: Double = 0, isThere: Bool = true, isSlowing: Bool = false,
    mayPause: Bool = true
  ) -> VerdictLife.State {
    let life = VerdictLife(policy: LifePolicy(), leastFading: .seconds(leastFading))
    return life.next(
      after: earlier, holds: holds,
      VerdictLife.Present(
        quiet: .seconds(quiet), span: .seconds(span), isThere: isThere, isSlowing: isSlowing,
        isSuspectPausing: mayPause))
  }

  @Test("a rule that holds decides, whatever stood before")
  func rules() {
    for earlier in [nil, .suspect, .leaking, .withdrawn] as [Verdict.Standing?] {
      #expect(next(after: earlier, holds: .leaking, quiet: 1000) == .leaking)
    }
    #expect(next(after: nil, holds: .suspect) == .suspect)
    #expect(next(after: .suspect, holds: .suspect) == .suspect)
    #expect(next(after: nil) == .withdrawn)
  }

  @Test(
    "a leak pauses for twenty seconds, or as long as it grew; then it fades; then it is withdrawn")
  func pauses() {
    #expect(next(after: .leaking, quiet: 20) == .paused)
    #expect(next(after: .leaking, quiet: 20.1) == .fading)
    #expect(next(after: .leaking, quiet: 30, span: 30) == .paused)
    #expect(next(after: .leaking, quiet: 40) == .fading)
    #expect(next(after: .leaking, quiet: 40.1) == .withdrawn)
    #expect(next(after: .leaking, quiet: 60, leastFading: 60) == .fading)
  }

  @Test("a leak that slows down fades at once")
  func slowing() {
    #expect(next(after: .leaking, quiet: 1, isSlowing: true) == .fading)
  }

  @Test("a leak of which nothing is there any more is a suspect only by a rule")
  func gone() {
    #expect(next(after: .leaking, quiet: 1, isThere: false) == .withdrawn)
    #expect(next(after: .leaking, holds: .suspect, quiet: 1, isThere: false) == .suspect)
    #expect(next(after: .leaking, holds: .suspect, quiet: 1) == .paused)
  }

  @Test("a suspect may pause for six seconds, or as long as it came")
  func suspects() {
    #expect(next(after: .suspect, quiet: 6, span: 1) == .fading)
    #expect(next(after: .suspect, quiet: 6.1, span: 1) == .withdrawn)
    #expect(next(after: .suspect, quiet: 10) == .fading)
    #expect(next(after: .suspect, quiet: 5, mayPause: false) == .withdrawn)
  }
}
