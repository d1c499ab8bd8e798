// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The call stacks of a run by their ids; each distinct frame is kept once.
public struct CallStackBook: Sendable {
  private struct Entry: Sendable {
    var frames: [Int32]
    var incomplete: IncompleteReason?
  }

  private var frames: [StackFrame] = []
  private var places: [StackFrame: Int32] = [:]
  private var entries: [StackID: Entry] = [:]
  private var aliases: [StackID: StackID] = [:]

  /// Past so many a run keeps no further ones.
  private static let mostStacks = 100_000

  public init() {}

  public var count: Int { entries.count }

  /// The id that this call path had first.
  public func canonical(_ id: StackID) -> StackID { aliases[id] ?? id }

  /// Whether it was resolved, be it to nothing.
  public func isKnown(_ id: StackID) -> Bool { entries[canonical(id)] != nil }

  public subscript(id: StackID) -> CallStack? {
    entries[canonical(id)].map { entry in
      CallStack(frames: entry.frames.map { frames[Int($0)] }, incomplete: entry.incomplete)
    }
  }

  public mutating func add(_ resolved: StackResolver.Resolved) {
    let id = resolved.canonical
    if id != resolved.id {
      aliases[resolved.id] = id
      // It may have been forgotten since.
      if entries[id] != nil { return }
    }
    guard entries.count < Self.mostStacks || entries[id] != nil else { return }
    entries[id] = Entry(
      frames: resolved.stack.frames.map { place(of: $0) }, incomplete: resolved.stack.incomplete)
  }

  /// Forgets all stacks but those in `used`.
  public mutating func forget(except used: Set<StackID>) {
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
