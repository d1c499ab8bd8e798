// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The call paths of a run by their ids. Each distinct frame is kept once.
///
/// Which ids are one call path is known to the ledger's `CallPathAliases` alone. Such ids have an entry
/// each here, which they share.
public struct CallPathBook: Sendable {
  private struct Entry: Sendable {
    var frames: [Int32]
    var incomplete: IncompleteReason?
    /// Whether another id had this call path first.
    var isAlias: Bool
  }

  private var frames: [StackFrame] = []
  private var places: [StackFrame: Int32] = [:]
  private var entries: [CallPathID: Entry] = [:]
  /// Distinct call paths.
  public private(set) var count = 0

  /// A run keeps no more call paths than this.
  private static let mostPaths = 100_000

  public init() {}

  /// Whether it was resolved, if only to no frames.
  public func isKnown(_ id: CallPathID) -> Bool { entries[id] != nil }

  public subscript(id: CallPathID) -> CallPath? {
    entries[id].map { entry in
      CallPath(frames: entry.frames.map { frames[Int($0)] }, incomplete: entry.incomplete)
    }
  }

  public mutating func add(_ resolved: CallPathResolver.Resolved) {
    let id = resolved.canonical
    // A call path that comes again under another id is known, unless it was forgotten since.
    if id == resolved.id || entries[id] == nil {
      if entries[id] == nil {
        guard count < Self.mostPaths else { return }
        count += 1
      }
      entries[id] = Entry(
        frames: resolved.stack.frames.map { place(of: $0) },
        incomplete: resolved.stack.incomplete, isAlias: false)
    }
    guard id != resolved.id, var entry = entries[id] else { return }
    entry.isAlias = true
    entries[resolved.id] = entry
  }

  /// Forgets all call paths except `used`.
  public mutating func forget(except used: Set<CallPathID>) {
    let kept = entries.filter { used.contains($0.key) }
    guard kept.count < entries.count else { return }
    let old = frames
    frames = []
    places = [:]
    entries = kept.mapValues { entry in
      var entry = entry
      entry.frames = entry.frames.map { place(of: old[Int($0)]) }
      return entry
    }
    count = entries.values.count { !$0.isAlias }
  }

  private mutating func place(of frame: StackFrame) -> Int32 {
    if let place = places[frame] { return place }
    let place = Int32(frames.count)
    frames.append(frame)
    places[frame] = place
    return place
  }
}
