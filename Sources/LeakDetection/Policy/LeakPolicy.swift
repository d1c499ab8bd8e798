// SPDX-License-Identifier: Apache-2.0

/// Everything that judging decides by: rules, doubts and constants. docs/judging.md shows all of it.
public struct LeakPolicy: Sendable {
  public var threadStacks = ThreadStackPolicy()
  public var mappings = MappingPolicy()
  public var buffers = BufferPolicy()
  public var heaps = HeapPolicy()
  public var scepticism = ScepticismPolicy()
  public var life = LifePolicy()
  public var measures = Measures()
  public var growth = GrowthPolicy()

  public init() {}

  public static let standard = LeakPolicy()

  /// The lists of rules. In each, the first rule that holds makes the verdict.
  static var ruleLists: [WritableKeyPath<LeakPolicy, [Rule]>] {
    [
      \.threadStacks.rules, \.mappings.leaking, \.mappings.later, \.mappings.swelling,
      \.mappings.suspect, \.buffers.leaking, \.buffers.suspect, \.heaps.leaking, \.heaps.later,
      \.heaps.suspect,
    ]
  }

  public var rules: [Rule] { Self.ruleLists.flatMap { self[keyPath: $0] } }

  /// Every constant that is not part of a rule.
  public var constants: [ConstantRow] {
    let groups: [(String, Any)] = [
      ("threadStacks", threadStacks), ("mappings", mappings), ("buffers", buffers),
      ("heaps", heaps), ("scepticism", scepticism), ("life", life), ("measures", measures),
      ("growth", growth),
    ]
    return groups.flatMap { Self.constants(of: $0.1, named: $0.0) }
  }
}
