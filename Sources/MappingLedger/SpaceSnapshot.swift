// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// The kernel's list of an address space.
public struct SpaceSnapshot: Sendable {
  public var key: SpaceKey
  public var totals: SpaceTotals
  /// In ascending order, without overlap.
  public var areas: [Area]

  public init(key: SpaceKey, totals: SpaceTotals, areas: [Area]) {
    self.key = key
    self.totals = totals
    self.areas = areas
  }

  /// The gaps of the list where an area may be missing.
  var seams: [AddressRange] {
    var seams: [AddressRange] = []
    var reached: UInt64 = 0
    for area in areas {
      if area.followsSeam, reached < area.range.start {
        seams.append(AddressRange(start: reached, end: area.range.start))
      }
      reached = area.range.end
    }
    return seams
  }

  /// One area of the kernel: a VMA.
  public struct Area: Sendable, Hashable {
    public var range: AddressRange
    public var protection: Protection
    public var isShared: Bool
    public var isSpecial: Bool
    public var growsDown: Bool
    public var isSegment: Bool
    public var isAnonymousShared: Bool
    /// 0 for ordinary pages.
    public var hugePageBytes: UInt64
    public var file: File?
    /// Whether the kernel released the lock of the space right before it listed this area. Areas between
    /// this one and the one before may be missing.
    public var followsSeam = false

    public struct File: Sendable, Hashable {
      public var identity: FileIdentity
      public var path: TextID
      public var offset: UInt64

      public init(identity: FileIdentity, path: TextID, offset: UInt64) {
        self.identity = identity
        self.path = path
        self.offset = offset
      }
    }

    public init(
      range: AddressRange, protection: Protection, isShared: Bool = false, isSpecial: Bool = false,
      growsDown: Bool = false, isSegment: Bool = false, isAnonymousShared: Bool = false,
      hugePageBytes: UInt64 = 0,
      file: File? = nil
    ) {
      self.range = range
      self.protection = protection
      self.isShared = isShared
      self.isSpecial = isSpecial
      self.growsDown = growsDown
      self.isSegment = isSegment
      self.isAnonymousShared = isAnonymousShared
      self.hugePageBytes = hugePageBytes
      self.file = file
    }
  }
}

/// A thread in a list of the kernel.
public struct ListedTask: Sendable {
  public var space: SpaceKey
  public var process: ProcessID
  public var thread: ThreadID
  public var parent: ProcessID
  public var name: ThreadName
  /// Its user stack pointer when it last entered the kernel; 0 when unknown.
  public var stackPointer: UInt64
  public var totals: SpaceTotals

  public init(
    space: SpaceKey, process: ProcessID, thread: ThreadID, parent: ProcessID, name: ThreadName,
    stackPointer: UInt64, totals: SpaceTotals
  ) {
    self.space = space
    self.process = process
    self.thread = thread
    self.parent = parent
    self.name = name
    self.stackPointer = stackPointer
    self.totals = totals
  }
}
