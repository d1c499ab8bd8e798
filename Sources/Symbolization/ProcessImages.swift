// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc
import MappingEvents

/// The processes whose stacks were unwound last, and the call paths that each had so far.
struct ProcessImages {
  private struct Entry {
    /// Nil when the process was gone.
    var image: ProcessImage?
    var layout: Int
    /// CLOCK_MONOTONIC nanoseconds.
    var usedAt: UInt64
    /// The first id of each call path, by `CallPath.pathHash`.
    var paths: [Int: CallPathID] = [:]
  }

  private var entries: [SpaceKey: Entry] = [:]
  /// Bytes of stacks that were resolved since memory was last given back to the kernel.
  private var bytesSinceTrim = 0
  private var lookedAt: UInt64 = 0

  /// Each image holds the unwind tables and symbols of the code that it met: a few MB for a large program.
  private static let mostImages = 4
  private static let mostSpaces = 4096
  /// Nanoseconds for which the files of a process stay open unused.
  private static let mostUnused: UInt64 = 2_000_000_000
  /// Memory is given back after this many bytes of stacks. Unwinding leaves free memory between
  /// allocations that stay, and malloc keeps it.
  private static let trimEvery = 16 << 20

  mutating func forget(_ space: SpaceKey) { entries[space] = nil }

  /// Closes the files of processes that were not asked for lately, and gives back the memory of their
  /// symbols.
  mutating func closeUnused() {
    let now = Self.now
    guard now - lookedAt > Self.mostUnused / 2 else { return }
    lookedAt = now
    let unused = entries.filter { $0.value.image != nil && now - $0.value.usedAt > Self.mostUnused }
    for key in unused.keys { entries[key]?.image = nil }
    guard !unused.isEmpty || bytesSinceTrim >= Self.trimEvery else { return }
    bytesSinceTrim = 0
    malloc_trim(0)
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  mutating func resolve(
    _ stack: CapturedStack, process: UInt32, layout: Int, symbolizes: Bool
  ) -> CallPathResolver.Resolved {
    var entry = entry(
      of: stack.space, process, stack.thread.raw, layout, readsDebugInfo: symbolizes)
    let callPath =
      entry.image?.callPath(of: stack, symbolizes: symbolizes)
      ?? CallPath(
        frames: [StackFrame(address: stack.instruction, unresolved: .noModule)],
        incomplete: .processGone)
    var canonical = stack.id
    if !callPath.frames.isEmpty {
      let path = callPath.pathHash
      canonical = entry.paths[path] ?? stack.id
      entry.paths[path] = canonical
    }
    entries[stack.space] = entry
    bytesSinceTrim += stack.byteCount
    return CallPathResolver.Resolved(
      id: stack.id, space: stack.space, canonical: canonical, stack: callPath,
      buildIDs: entry.image?.takeBuildIDs() ?? [:])
  }

  /// The same call path with its symbols, or as it is when the process is gone.
  ///
  /// The debug information is large and seldom needed twice, so it is closed again.
  func symbolize(_ unwound: CallPathResolver.Unwound, process: UInt32) -> CallPathResolver.Resolved
  {
    let image = ProcessImage(LiveSpaceFiles(process: process), readsDebugInfo: true)
    let stack = image?.symbolized(unwound.stack)
    let buildIDs = image?.takeBuildIDs() ?? [:]
    malloc_trim(0)
    return CallPathResolver.Resolved(
      id: unwound.id, space: unwound.space, canonical: unwound.id, stack: stack ?? unwound.stack,
      buildIDs: buildIDs)
  }

  /// The entry of a space, with its process open if the process lives.
  private mutating func entry(
    of space: SpaceKey, _ process: UInt32, _ thread: UInt32, _ layout: Int, readsDebugInfo: Bool
  ) -> Entry {
    makeRoom(for: space)
    var entry = entries[space] ?? Entry(image: nil, layout: layout, usedAt: 0)
    if entry.image == nil {
      entry.image =
        ProcessImage(LiveSpaceFiles(process: process), readsDebugInfo: readsDebugInfo)
        ?? ProcessImage(LiveSpaceFiles(process: thread), readsDebugInfo: readsDebugInfo)
    } else if entry.layout != layout {
      entry.image?.refresh()
    }
    entry.layout = layout
    entry.usedAt = Self.now
    return entry
  }

  /// Drops the entry that was unused for longest: its files first, its call paths much later.
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
