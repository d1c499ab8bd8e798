// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The call paths of a run by their ids. Each distinct frame is kept once.
public struct CallPathBook: Sendable {
  private struct Entry: Sendable {
    var frames: [Int32]
    var incomplete: IncompleteReason?
  }

  private var frames: [StackFrame] = []
  private var places: [StackFrame: Int32] = [:]
  private var entries: [CallPathID: Entry] = [:]
  private var aliases: [CallPathID: CallPathID] = [:]

  /// A run keeps no more call paths than this.
  private static let mostPaths = 100_000

  public init() {}

  public var count: Int { entries.count }

  /// The id that this call path had first.
  public func canonical(_ id: CallPathID) -> CallPathID { aliases[id] ?? id }

  /// Whether it was resolved, if only to no frames.
  public func isKnown(_ id: CallPathID) -> Bool { entries[canonical(id)] != nil }

  public subscript(id: CallPathID) -> CallPath? {
    entries[canonical(id)].map { entry in
      CallPath(frames: entry.frames.map { frames[Int($0)] }, incomplete: entry.incomplete)
    }
  }

  public mutating func add(_ resolved: CallPathResolver.Resolved) {
    let id = resolved.canonical
    if id != resolved.id {
      aliases[resolved.id] = id
      // The call path may have been forgotten since.
      if entries[id] != nil { return }
    }
    guard entries.count < Self.mostPaths || entries[id] != nil else { return }
    entries[id] = Entry(
      frames: resolved.stack.frames.map { place(of: $0) }, incomplete: resolved.stack.incomplete)
  }

  /// Forgets all call paths except `used`.
  public mutating func forget(except used: Set<CallPathID>) {
    aliases = aliases.filter { used.contains($0.key) }
    let kept = entries.filter { used.contains($0.key) }
    guard kept.count < entries.count else { return }
    let old = frames
    frames = []
    places = [:]
    entries = kept.mapValues { entry in
      Entry(frames: entry.frames.map { place(of: old[Int($0)]) }, incomplete: entry.incomplete)
    }
  }

  private mutating func place(of frame: StackFrame) -> Int32 {
    if let place = places[frame] { return place }
    let place = Int32(frames.count)
    frames.append(frame)
    places[frame] = place
    return place
  }
}
