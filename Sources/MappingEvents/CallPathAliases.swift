// SPDX-License-Identifier: Apache-2.0

/// Which call path ids stand for the same call path.
///
/// The kernel side gives an id to every fingerprint of a stack. Unwinding shows later that several ids
/// are one call path. The ledger owns the one table of a run. All others ask it with `canonical(_:)`.
///
/// Almost every event asks it, so it is a hash table of its own with linear probing. `Dictionary` takes
/// some 200 instructions more for each event.
public struct CallPathAliases: Sendable {
  @usableFromInline
  struct Link: Sendable {
    /// Negative in a free slot.
    @usableFromInline var id: Int32
    /// The id that `id` was unified with. That one can have been unified with another one since.
    @usableFromInline var parent: Int32

    @usableFromInline static let free = Link(id: -1, parent: -1)

    @inlinable
    init(id: Int32, parent: Int32) {
      self.id = id
      self.parent = parent
    }
  }

  /// The count is a power of two, or 0. At least half of the slots are free.
  @usableFromInline var slots: [Link] = []
  /// How many ids another id stands for.
  public private(set) var count = 0

  public init() {}

  @inlinable
  public var isEmpty: Bool { slots.isEmpty }

  /// The id that stands for `id`; `id` itself where no other one does.
  @inlinable
  public func canonical(_ id: CallPathID) -> CallPathID {
    var root = id.raw
    while let parent = parent(of: root) { root = parent }
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
    setParent(of: joined.raw, root.raw)
    // Keeps chains short: the next look-up of `id` takes one step.
    if id != joined { setParent(of: id.raw, root.raw) }
    return (joined, root)
  }

  /// Forgets the ids that are not in `used`. An id in `used` keeps the id that stands for it.
  public mutating func keep(_ used: Set<CallPathID>) {
    var kept = CallPathAliases()
    for link in slots where used.contains(CallPathID(link.id)) && link.id >= 0 {
      kept.setParent(of: link.id, canonical(CallPathID(link.id)).raw)
    }
    self = kept
  }

  // MARK: The hash table

  /// The slot with the link of `id`; if there is none, the free slot where it would go. There must be
  /// slots.
  @inlinable
  func place(of id: Int32) -> Int {
    let mask = slots.count &- 1
    let bits = UInt64(UInt32(bitPattern: id)) &* 0x9e37_79b9_7f4a_7c15
    var place = Int(truncatingIfNeeded: bits >> 32) & mask
    while slots[place].id != id, slots[place].id >= 0 { place = (place &+ 1) & mask }
    return place
  }

  @inlinable
  func parent(of id: Int32) -> Int32? {
    if slots.isEmpty { return nil }
    let link = slots[place(of: id)]
    return link.id < 0 ? nil : link.parent
  }

  private mutating func setParent(of id: Int32, _ parent: Int32) {
    if slots.count < 2 * (count + 1) {
      let old = slots
      slots = Array(repeating: .free, count: max(32, 2 * slots.count))
      for link in old where link.id >= 0 { slots[place(of: link.id)] = link }
    }
    let place = place(of: id)
    if slots[place].id < 0 { count += 1 }
    slots[place] = Link(id: id, parent: parent)
  }
}
