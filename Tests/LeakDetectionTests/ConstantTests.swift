// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LeakDetection

/// The constants that are part of no rule.
@Suite struct ConstantTests {
  @Test("every constant of the policy has a test that varies it")
  func complete() {
    let tested = ConstantFlip.all.map(\.name)
    #expect(Set(tested) == Set(LeakPolicy.standard.constants.map(\.name)))
    #expect(Set(tested).count == tested.count)
  }

  @Test(
    "another value of a constant changes what judging says",
    arguments: LeakPolicy.standard.constants.map(\.name))
  func flips(name: String) throws {
    let flip = try #require(ConstantFlip.all.first { $0.name == name })
    var changed = LeakPolicy.standard
    flip.change(&changed)
    #expect(changed.constants != LeakPolicy.standard.constants)
    let (before, after) = (flip.seen(.standard), flip.seen(changed))
    #expect(before != after)
  }

  @Test("every rule and every constant says why")
  func reasons() {
    for rule in LeakPolicy.standard.rules { #expect(!String(describing: rule.why).isEmpty) }
    for constant in LeakPolicy.standard.constants { #expect(constant.why.hasSuffix(".")) }
  }
}
