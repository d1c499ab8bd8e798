// SPDX-License-Identifier: Apache-2.0
import Foundation
import MappingEvents
import Testing

@testable import LeakDetection

/// The table of rules, row by row, on numbers that no ledger made.
@Suite struct RuleTests {
  private static let rules = LeakPolicy.standard.rules

  @Test("no two rules have the same name")
  func names() {
    #expect(Set(Self.rules.map(\.name)).count == Self.rules.count)
    #expect(Set(RuleCases.all.keys) == Set(Self.rules.map(\.name)))
  }

  @Test(
    "a rule holds at its age and count, and not a nanosecond or a count below", arguments: rules)
  func thresholds(rule: Rule) throws {
    let signals = try #require(RuleCases.all[rule.name], "no case in RuleCases.swift")
    #expect(rule.holds(for: signals, doubt: 1))
    var changed = rule
    changed.age = signals.age + KernelDuration(nanoseconds: 1)
    #expect(!changed.holds(for: signals, doubt: 1), "its age makes no difference")
    changed = rule
    changed.count = signals.count + 1
    #expect(!changed.holds(for: signals, doubt: 1), "its count makes no difference")
    #expect(rule.age == signals.age && rule.count == signals.count)
  }

  @Test("a rule does not hold where any of its needs asks for a little more", arguments: rules)
  func needs(rule: Rule) throws {
    let signals = try #require(RuleCases.all[rule.name])
    for index in rule.needs.indices {
      let need = rule.needs[index]
      let stricter = need.stricter(than: signals)
      for strict in stricter {
        var changed = rule
        changed.needs[index] = strict
        #expect(!changed.holds(for: signals, doubt: 1), "\(strict) makes no difference")
      }
      var spoilt = signals
      if need.spoil(&spoilt) {
        #expect(!rule.holds(for: spoilt, doubt: 1), "\(need) makes no difference")
      } else {
        #expect(!stricter.isEmpty, "nothing tests \(need)")
      }
    }
  }

  @Test("a doubt asks for more of what the rule says that it multiplies", arguments: rules)
  func doubts(rule: Rule) throws {
    var signals = try #require(RuleCases.all[rule.name])
    #expect(rule.holds(for: signals, doubt: 2) == (rule.doubted == .nothing))
    guard rule.doubted != .nothing else { return }
    signals.age = signals.age * 2
    #expect(rule.holds(for: signals, doubt: 2) == (rule.doubted == .age))
    signals.count *= 2
    signals.course.quarters *= 2
    #expect(rule.holds(for: signals, doubt: 2))
  }

  @Test("a rule for one shape of growth does not hold for another", arguments: rules)
  func shapes(rule: Rule) throws {
    guard rule.shape != .mappings else { return }
    var signals = try #require(RuleCases.all[rule.name])
    signals.shape = rule.shape == .heap ? .buffers : .heap
    #expect(!rule.holds(for: signals, doubt: 1))
  }

  @Test("the first rule that holds makes the verdict")
  func order() throws {
    let policy = ThreadStackPolicy()
    var signals = try #require(RuleCases.all["thread-stacks-passed-over"])
    #expect(policy.rules.first(for: signals)?.name == "thread-stacks-passed-over")
    signals.isEnding = true
    #expect(policy.rules.first(for: signals)?.name == "thread-stacks-at-exit")
    signals.count = 2
    #expect(policy.rules.first(for: signals) == nil)
  }

  @Test("each rule has the test that the page names", arguments: rules)
  func namedTest(rule: Rule) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let parts = rule.test.split(separator: ".")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    )
    .filter { $0.lastPathComponent.hasPrefix(parts[0]) }
    let sources = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    #expect(sources.contains("func \(parts[1])()"), "\(rule.test) is not there")
  }
}
