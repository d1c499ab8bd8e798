// SPDX-License-Identifier: Apache-2.0

/// What bpfleak knows about one C library, allocator or language runtime.
///
/// Every fact comes from the runtime's own source. A profile is data: it reads nothing and decides
/// nothing. To add one, write a file in Profiles and name it in `all`.
public struct RuntimeProfile: Sendable {
  public var name: String
  /// Where the facts were read: a repository or a package, its files, and the constant or function.
  public var sources: [String]
  public var plumbing: [PlumbingRow]
  public var arena: ArenaProfile?
  public var stackCache: StackCacheProfile?
  public var heapRange: HeapRangeProfile?
  public var collector: CollectorProfile?
  /// Functions that a thread begins in. A call path that ends in one of them is complete.
  public var threadStarts: [String]
  /// Endings of ELF section names. Code of a file with such a section keeps frame pointers, so it can
  /// be unwound without unwind tables.
  public var framePointerSections: [String]

  public init(
    name: String, sources: [String], plumbing: [PlumbingRow] = [], arena: ArenaProfile? = nil,
    stackCache: StackCacheProfile? = nil, heapRange: HeapRangeProfile? = nil,
    collector: CollectorProfile? = nil, threadStarts: [String] = [],
    framePointerSections: [String] = []
  ) {
    self.name = name
    self.sources = sources
    self.plumbing = plumbing
    self.arena = arena
    self.stackCache = stackCache
    self.heapRange = heapRange
    self.collector = collector
    self.threadStarts = threadStarts
    self.framePointerSections = framePointerSections
  }

  public static let all: [RuntimeProfile] = [
    .linux, .cLibrary, .glibc, .musl, .cxx, .jemalloc, .tcmalloc, .mimalloc, .allocationWrappers,
    .swift, .rust, .go, .python, .jvm, .v8, .javaScriptCore, .ruby, .dotnet, .beam,
  ]
}

extension RuntimeProfile {
  /// `threadStarts` of all profiles.
  public static let allThreadStarts = Set(all.flatMap(\.threadStarts))

  /// `framePointerSections` of all profiles.
  public static let allFramePointerSections = all.flatMap(\.framePointerSections)
}
