// SPDX-License-Identifier: Apache-2.0

/// Which call path ids stand for the same call path.
///
/// The kernel side gives an id to every fingerprint of a stack. Unwinding shows later that several ids
/// are one call path. The ledger owns the one table of a run. All others ask it with `canonical(_:)`.
public struct CallPathAliases: Sendable {
  /// The id that an id was unified with; it can have been unified with another one since. An id that
  /// stands for itself is not in here.
  @usableFromInline var parents: [Int32: Int32] = [:]

  public init() {}

  @inlinable
  public var isEmpty: Bool { parents.isEmpty }

  /// How many ids another id stands for.
  public var count: Int { parents.count }

  /// The id that stands for `id`; `id` itself where no other one does.
  @inlinable
  public func canonical(_ id: CallPathID) -> CallPathID {
    var root = id.raw
    while let parent = parents[root] { root = parent }
    return CallPathID(root)
  }

  /// Makes the id that stands for `canonical` stand for `id` too, and for all that `id` stood for.
  ///
  /// Returns the two ids that were joined; nil if one id stood for both already, or if one of them is
  /// no valid id.
  @discardableResult
  public mutating func unify(
    _ id: CallPathID, with canonical: CallPathID
  ) -> (joined: CallPathID, into: CallPathID)? {
    guard id.raw >= 0, canonical.raw >= 0 else { return nil }
    let root = self.canonical(canonical)
    let joined = self.canonical(id)
    guard joined != root else { return nil }
    parents[joined.raw] = root.raw
    // Keeps chains short: the next look-up of `id` takes one step.
    if id != joined { parents[id.raw] = root.raw }
    return (joined, root)
  }

  /// Forgets the ids that are not in `used`. An id in `used` keeps the id that stands for it.
  public mutating func keep(_ used: Set<CallPathID>) {
    var kept: [Int32: Int32] = [:]
    for raw in parents.keys where used.contains(CallPathID(raw)) {
      kept[raw] = canonical(CallPathID(raw)).raw
    }
    parents = kept
  }
}
