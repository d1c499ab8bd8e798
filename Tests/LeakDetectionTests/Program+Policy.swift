// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit

@testable import LeakDetection

extension Program {
  /// The program seen by one that judges it twice a second by that policy, and at last once more as a
  /// program that ends. No clock runs: an hour takes what its events take.
  func judged(
    by policy: LeakPolicy, until end: UInt64, seeded: [UInt32: Int] = [:],
    besides: [SpaceSnapshot.Area] = [], losesEventsAt loss: UInt64? = nil
  ) -> Watch {
    var watch = Watch(self, seeded: seeded, besides: besides)
    watch.book = VerdictBook(policy: policy)
    let sorted = events.enumerated().sorted {
      ($0.element.when, $0.offset) < ($1.element.when, $1.offset)
    }.map(\.element)
    var next = 0
    for ms in stride(from: UInt64(500), through: end, by: 500) {
      while next < sorted.count, sorted[next].when <= instant(ms) {
        watch.take(sorted[next])
        next += 1
      }
      if let loss, loss <= ms { watch.ledger.noteLoss(in: SpaceKey(space)) }
      watch.judge(at: instant(ms))
    }
    return watch
  }

  /// The rules that made its verdicts, in the order they were told.
  func rules(
    by policy: LeakPolicy = .standard, until end: UInt64, besides: [SpaceSnapshot.Area] = [],
    isEnding: Bool = false
  ) -> [RuleName] {
    var watch = judged(by: policy, until: end, besides: besides)
    var told = watch.news
    if isEnding, let space = watch.ledger.space(of: SpaceKey(self.space)) {
      told += watch.book.judge(space, in: watch.ledger, at: instant(end), isEnding: true)
    }
    return told.filter { $0.standing != .withdrawn }.map(\.rule)
  }
}

extension LeakPolicy {
  /// The same policy, with that rule changed.
  func changing(_ name: RuleName, _ change: (inout Rule) -> Void) -> LeakPolicy {
    var policy = self
    for list in Self.ruleLists {
      for index in policy[keyPath: list].indices where policy[keyPath: list][index].name == name {
        change(&policy[keyPath: list][index])
      }
    }
    return policy
  }
}
