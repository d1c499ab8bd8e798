// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The processes whose stacks were unwound last, with the call paths each had so far.
struct ProcessImages {
  private struct Entry {
    /// Nil when the process was gone.
    var image: ProcessImage?
    var layout: Int
    var usedAt: Int
    /// The first id of each call path, by the hash of its addresses.
    var paths: [Int: StackID] = [:]
  }

  private var entries: [SpaceKey: Entry] = [:]
  private var clock = 0

  /// Each holds the unwind tables and symbols of what it has come across: a few MB for a large one.
  private static let mostImages = 12
  private static let mostSpaces = 4096

  mutating func forget(_ space: SpaceKey) { entries[space] = nil }

  mutating func resolve(
    _ stack: CapturedStack, process: UInt32, layout: Int
  ) -> StackResolver.Resolved {
    clock += 1
    makeRoom(for: stack.space)
    var entry =
      entries[stack.space]
      ?? Entry(
        image: ProcessImage(process) ?? ProcessImage(stack.thread.raw), layout: layout,
        usedAt: clock)
    if entry.image == nil {
      entry.image = ProcessImage(process) ?? ProcessImage(stack.thread.raw)
    } else if entry.layout != layout {
      _ = entry.image?.refresh()
    }
    entry.layout = layout
    entry.usedAt = clock
    let callStack =
      entry.image?.callStack(of: stack)
      ?? CallStack(
        frames: [StackFrame(address: stack.instruction, unresolved: .noModule)],
        incomplete: .processGone)
    var canonical = stack.id
    if !callStack.frames.isEmpty {
      let path = callStack.frames.map(\.address).hashValue
      canonical = entry.paths[path] ?? stack.id
      entry.paths[path] = canonical
    }
    entries[stack.space] = entry
    return StackResolver.Resolved(
      id: stack.id, space: stack.space, canonical: canonical, stack: callStack)
  }

  /// Lets go of what was longest unused: of its files first, of its call paths much later.
  private mutating func makeRoom(for space: SpaceKey) {
    guard entries[space]?.image == nil else { return }
    let open = entries.filter { $0.value.image != nil }
    if open.count >= Self.mostImages,
      let oldest = open.min(by: { $0.value.usedAt < $1.value.usedAt })
    {
      entries[oldest.key]?.image = nil
    }
    if entries.count >= Self.mostSpaces,
      let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
    {
      entries[oldest.key] = nil
    }
  }
}
