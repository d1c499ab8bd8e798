// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// One row of judging: when something that grows is called a leak, or a suspect.
public struct Rule: Sendable {
  /// What a rule looks at.
  public enum Shape: String, Sendable {
    case idleStacks = "thread stacks without a thread"
    case reservations = "address space reserved and hardly used"
    case clockwork = "mappings that come at equal distances"
    case irregular = "other mappings"
    case mappings = "mappings of any of these"
    case swelling = "mappings of very different sizes, none of them freed"
    case buffers = "buffers that mremap grows"
    case heap = "the heap of a process"
  }

  /// What doubts (lost events, collectors, pools) multiply.
  public enum Doubted: String, Sendable {
    case nothing = "-"
    case age = "age"
    case ageAndCount = "age and count"
  }

  public let name: RuleName
  public let standing: Verdict.Standing
  public let shape: Shape
  /// How long it must have gone on.
  public var age: KernelDuration
  /// How often it must have been seen.
  public var count: Int
  public let doubted: Doubted
  public var needs: [Need]
  public let why: StaticString

  init(
    _ name: RuleName, _ standing: Verdict.Standing, _ shape: Shape, age: KernelDuration,
    count: Int, doubted: Doubted = .age, needs: [Need], why: StaticString
  ) {
    self.name = name
    self.standing = standing
    self.shape = shape
    self.age = age
    self.count = count
    self.doubted = doubted
    self.needs = needs
    self.why = why
  }

  /// The test with a program that this rule catches, and that it misses at another age: its name
  /// follows from that of the rule.
  public var test: String {
    let words = name.raw.split(separator: "-")
    let camel = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
    return "RuleProgramTests." + (words.first ?? "") + camel.joined()
  }

  /// Whether it holds where everything takes `doubt` times as long, or as much.
  ///
  /// Inlined, so that a rule whose age or count is not reached is not copied.
  @inline(__always)
  func holds(for signals: Signals, doubt: UInt64) -> Bool {
    guard shape == signals.shape || shape == .mappings else { return false }
    let age = doubted == .nothing ? signals.age : signals.age / doubt
    let count = doubted == .ageAndCount ? signals.count / Int(doubt) : signals.count
    guard age >= self.age, count >= self.count else { return false }
    for index in needs.indices {
      guard needs[index].isMet(by: signals, age: age, count: count, least: self.age) else {
        return false
      }
    }
    return true
  }
}

extension [Rule] {
  /// The first rule that holds.
  func first(for signals: Signals, doubt: UInt64 = 1) -> Rule? {
    for index in indices where self[index].holds(for: signals, doubt: doubt) { return self[index] }
    return nil
  }
}
